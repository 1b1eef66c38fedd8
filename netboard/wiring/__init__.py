"""Where settings become adapters: the only importer of `netboard.adapters`."""
