"""Behaviour of maasbench through its public interfaces, on 127.0.0.1 only."""
