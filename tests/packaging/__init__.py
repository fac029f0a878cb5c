"""What is shipped, and that it runs where it is installed."""
