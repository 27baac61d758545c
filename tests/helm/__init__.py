"""The Helm chart of helm/, rendered by Helm itself as a library: no cluster, no Go.

```
chart       renders the chart with values, and with those of helm/ci
kubernetes  holds objects to Kubernetes' schemas, and to those of the custom resources
restricted  holds pods to the restricted Pod Security profile
snapshots   what each file of helm/ci renders to; `python -m tests.helm.snapshots` writes them
crds.json   schemas of the custom resources; `python -m tests.cluster` writes them
```

`make cluster` goes further: it installs the chart on a real control plane (tests/cluster).
"""
