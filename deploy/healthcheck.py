"""Healthcheck: exit code 0 while the gateway in this container is alive, for its engine.

Asks `/livez`: whether the process should be ended, not whether Kafka can be reached. Kubernetes
does not run it; its probes ask by themselves.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

PORT = int(os.environ.get("CSTAR_GATEWAY__ADMIN__PORT", "8081"))
OK = 200


def main() -> int:
    """Return 0 where the gateway answers that it is alive, else 1."""
    connection = HTTPConnection("127.0.0.1", PORT, timeout=2)
    try:
        connection.request("GET", "/livez")
        return int(connection.getresponse().status != OK)
    except (OSError, HTTPException):
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
