"""One module an older project format, each turning its JSON value into that of the next format."""
