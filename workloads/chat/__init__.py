"""Conversations, and how replies are checked by program."""
