"""`python -m gateway` is `cstar-gateway`."""

from gateway.cli import main

main()
