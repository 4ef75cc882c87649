"""From files to encoded arrays: formats, column types, splits, encoders, and what is wrong with the data."""
