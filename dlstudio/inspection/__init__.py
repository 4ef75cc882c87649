"""What a trained network predicts and where it errs, as plain result values."""
