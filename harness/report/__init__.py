"""A summary in the format its reader wants: text, Markdown, HTML, JSON or CSV.

Every format is a pure function from a `Summary` to a text, and the same summary gives the
same bytes. Text, Markdown and HTML print one `content.Content`, so that they cannot
disagree. Each format is a module of its own: import the one that is needed.
"""
