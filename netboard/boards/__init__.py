"""The topology page and what it is made of."""
