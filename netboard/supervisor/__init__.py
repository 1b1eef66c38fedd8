"""The embedded deployment: starts all processes on this machine, keeps them running and stops them in order.

`up.py` is the whole story; `child.py` one process; `owner.py` who they run as; `folder.py` what they share.
"""
