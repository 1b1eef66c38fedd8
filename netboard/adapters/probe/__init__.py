"""Probes as packets: sweeps, and single asks."""
