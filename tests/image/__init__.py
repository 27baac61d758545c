"""The image, built and run without an engine: `make image`.

```
base        a Debian with Python, made once and kept       mmdebstrap, buildah
build       deploy/Dockerfile on it                        buildah
container   the image as a runtime runs it, locked down    runc
claims      what is said of the image, each looked at
```
"""
