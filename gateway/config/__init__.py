"""Configuration: one TOML file with the environment over it, into one frozen `Config`.

```
load          a file and the environment -> Config, or ConfigError with every fault at once
model         Config and its tables (listeners, kafka, security), each key with its description
quantities, names, secrets        how single values are read
environment, keys, faults         variables, what may be set, what is said
findings, rules, security_rules   single keys that will not do, and keys that do not fit together
tls, renewable                    certificates as contexts; they, and the password, may change
client        `kafka.security` as the words Kafka's client takes
cautions      what is allowed but seldom meant
table         the tables of docs/configuration.md
```

May not live here: what is done with a setting. Parts of the gateway receive plain values.
"""

from gateway.config.cautions import Caution, cautions
from gateway.config.client import client_options
from gateway.config.faults import ConfigError, Fault, Problem
from gateway.config.loading import load
from gateway.config.model import Config, Webhook
from gateway.config.renewable import Renewable, RenewableContext, RenewablePassword
from gateway.config.secrets import Secret
from gateway.config.tls import listener_context

__all__ = [
    "Caution",
    "Config",
    "ConfigError",
    "Fault",
    "Problem",
    "Renewable",
    "RenewableContext",
    "RenewablePassword",
    "Secret",
    "Webhook",
    "cautions",
    "client_options",
    "listener_context",
    "load",
]
