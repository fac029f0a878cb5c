"""A paced server: an endpoint whose every chunk leaves at a known instant, and says when.

What a client recorded can be held against it; that is the client's own error. It answers
nothing sensible and simulates no vendor (`providers.simulated` does).
"""
