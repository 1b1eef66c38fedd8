"""Monitors: who answers, from where, since when; their history and alerts."""
