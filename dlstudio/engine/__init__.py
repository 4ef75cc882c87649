"""The warm child process with Keras, and the client that starts, asks and revives it."""
