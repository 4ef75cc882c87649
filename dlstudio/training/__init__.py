"""The run folder and the process that fills it: events, fitting, checkpoints, commands, devices."""
