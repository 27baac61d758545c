"""What of the Helm chart is written rather than typed: `python -m deploy.chart`, by `make docs`.

```
gateway/config          → the `config` of helm/values.yaml and its part of helm/values.schema.json
helm/values.yaml        → the table of helm/README.md, as helm-docs would write it
deploy/prometheus       → helm/files/rules.yaml
deploy/grafana          → helm/files/dashboards
```

May live here: what makes one file of the chart from another file of the repository. May not:
anything that a cluster or a release needs.
"""
