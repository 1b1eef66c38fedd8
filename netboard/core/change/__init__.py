"""Changes before they happen: what somebody asks for, what it would do, what stands in its way, and the same by hand.

`specs` reads what was asked; `world` is the host as planning sees it; `plan` makes a preview of it, driver by driver
(`drivers/`); `commands` and `compose` write the same change as a person would. Pure: nothing here changes anything.
"""
