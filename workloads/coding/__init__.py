"""Functions to write, and how model-written functions are judged."""
