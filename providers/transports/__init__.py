"""Ways to carry an exchange over the network, all recorded in one shape."""
