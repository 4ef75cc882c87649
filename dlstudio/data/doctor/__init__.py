"""Looks at data as one who has trained before: ``quick`` before each training, ``examination`` when asked to."""
