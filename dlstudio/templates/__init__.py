"""Ready networks with training recipes, fitted to the user's columns."""
