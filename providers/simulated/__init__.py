"""A simulated provider: its own process, a vendor's dialect, exact timing, known answers.

It measures us, never a model: whoever prints a number that came from here labels it
SIMULATED. `simulator` decides what to answer, `server` writes it to the wire on time, and
`child` starts that server as a process of its own.
"""

from providers.simulated.answers import AnswerBook, answer_key
from providers.simulated.child import simulated_child

__all__ = ["AnswerBook", "answer_key", "simulated_child"]
