"""One module or folder a workspace: Data, Design, Train, Inspect, Export."""
