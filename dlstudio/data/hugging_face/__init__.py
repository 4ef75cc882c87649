"""Data sets of the Hugging Face hub, by name or as a copy."""
