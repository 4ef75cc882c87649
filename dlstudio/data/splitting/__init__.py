"""Which samples are for training, validation and test, and which of them are learnt."""
