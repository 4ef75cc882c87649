"""Where a run is computed: on this computer, by the workers of a Ray cluster, or on another machine over SSH."""
