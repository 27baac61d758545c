"""The chart on a real Kubernetes control plane, built from its Go modules: no Docker, no root.

```
plane/      a Go module: kube-apiserver, etcd, kube-controller-manager, kube-scheduler, each a main
build       builds them, kwok, both Helms and helm-docs into the user's cache; minutes, once
custom      the custom resources' definitions, from the modules of their operators
control     starts the plane on 127.0.0.1, with nodes that kwok simulates
api         asks the API server, over plain HTTP and JSON
releases    what a person does with Helm: install, upgrade, roll back, uninstall
checks      each promise that is proved, and what it found
```

`make cluster` runs it all and writes the table of docs/helm.md. It needs Go, and 2 GB of cache.
"""
