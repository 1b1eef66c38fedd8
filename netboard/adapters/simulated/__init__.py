"""A believable fleet in memory, for trying the board without an engine and for tests of size.

cast.py      who lives there: projects, their networks and services
machine.py   the facts of one simulated host, and how they change when a container starts or stops
faults.py    what is wrong there: a link down, an orphaned bridge, a pair that cannot be decided
fleet.py     many hosts, an overlay across them, and the small changes of every day, all from one seed
"""
