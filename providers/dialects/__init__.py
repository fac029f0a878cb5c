"""The wire protocols: how a request is written, and what an ended exchange said.

One adapter per protocol (`openai_chat`, `anthropic_messages`); vendors' variations are data
(`providers.dialect`). Nothing here opens a connection.
"""
