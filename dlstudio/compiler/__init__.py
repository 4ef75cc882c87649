"""Between graph and Keras: introspection, building, incremental shapes, problems with fixes. For child processes."""
