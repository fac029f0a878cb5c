"""Assemble, run, meter, price, decide, report."""
