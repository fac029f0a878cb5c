"""Tests against servers that are not ours: real inference, a real proxy."""
