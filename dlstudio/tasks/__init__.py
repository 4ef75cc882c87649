"""One module a task: its loss, metrics, baseline and the decoding of predictions."""
