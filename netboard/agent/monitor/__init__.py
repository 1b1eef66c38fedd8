"""The monitor of one host: one prober for all its monitors, and what else is measured all the time."""
