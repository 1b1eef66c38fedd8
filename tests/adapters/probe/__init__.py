"""The sweep engine, on namespaces that each test makes for itself."""
