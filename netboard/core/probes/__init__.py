"""What probing is about, without I/O: the messages, who may be probed, what an answer means, monitors' states and history."""
