"""What runs before anything is installed: makes the environment, builds the front end, names what the machine lacks.

Standard library only, since it runs in whatever Python the machine has. `main.py` is the list of commands.
"""
