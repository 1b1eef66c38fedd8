"""The pure part: facts, relations, the graph and its changes. Standard library and networkx only; no I/O."""
