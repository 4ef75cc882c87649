"""Between graph and Keras: introspection, building, incremental shapes, problems with fixes. Runs in child processes."""
