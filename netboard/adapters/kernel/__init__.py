"""The kernel: network namespaces and what is in them, read over netlink.

scan (who holds which namespace) → namespaces (enter) → dump + parse (netlink) → picture (kept facts) → watcher (tells)
"""
