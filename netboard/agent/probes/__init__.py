"""What the host's probes worker does: sweeps, checked once more against its own engine."""
