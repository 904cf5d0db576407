"""Documents and webhooks out: routes over storage, problem+json, and `webhooks/`, which tells subscribers."""
