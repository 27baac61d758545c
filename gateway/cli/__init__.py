"""The command line: `cstar-gateway`.

One module a command; each is imported when it is run, so that `--help` answers at once.
"""

from gateway.cli.commands import main

__all__ = ["main"]
