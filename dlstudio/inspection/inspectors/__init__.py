"""One module an inspector: a run's predictions in, a result value out."""
