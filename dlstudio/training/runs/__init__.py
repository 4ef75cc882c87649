"""The folder of a run: what its files hold, and what can be done with a run that is there."""
