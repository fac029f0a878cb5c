"""Tasks in the reach of very small models, so that a first run measures something real."""
