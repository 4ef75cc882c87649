"""Ways out of the studio. Empty until exporters arrive."""
