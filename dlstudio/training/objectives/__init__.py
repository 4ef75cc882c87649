"""Losses and metrics that Keras lacks, in ``keras.ops``; a task names one as ``dlstudio.<Class>``."""
