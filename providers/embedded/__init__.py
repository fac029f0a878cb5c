"""The embedded provider: llama.cpp's own server with two tiny models that ship here.

`server` starts and ends it as a child process, `engine` is what runs inside that child.
`models/` holds the weights, `recipe/` how they were made; README.md says what they can do.
"""
