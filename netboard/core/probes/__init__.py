"""What probing is about, without I/O: messages, who may be probed, what an answer means, monitors and their history."""
