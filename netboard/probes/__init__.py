"""Sweeps and monitors."""
