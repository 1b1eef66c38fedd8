"""Operations as the agent carries them out: ensure, verify, report, and undo what failed.

`delivery` is the frame: lease, steps, limits, reports. A verb (`networks`, `recreate`, `containers`) says what one kind
of operation does inside it; `checks` looks afterwards, driver by driver. Every verb may run twice, be killed anywhere
and begin again: what it made is found by the operation's label or by the recorded full id.
"""
