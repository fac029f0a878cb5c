"""How to reach a model, what it reports and what it charges. Imports nothing of ours."""
