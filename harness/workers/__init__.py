"""More than one core: measuring processes that share one schedule, one purse and one journal.

The parent runs the schedule and holds the purse; each worker has an event loop, connections
and journal files of its own, and stamps what it reads itself.
"""
