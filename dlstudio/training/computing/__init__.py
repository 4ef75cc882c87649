"""How a training computes: backends, devices, precision, steps, and which way is the fastest."""
