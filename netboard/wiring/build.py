"""Settings become adapters here. Each function imports its adapter when it is called, so a process loads only what it uses."""
