"""Messages to people's other programs."""
