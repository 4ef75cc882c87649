"""Search over settings: ranges, trials that are ordinary runs, and the process that proposes and follows them."""
