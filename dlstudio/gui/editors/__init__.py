"""Typed editors: one widget for each kind of setting, and the form that lines them up."""
