"""Running text, sentences with tags, translations, passages with questions, hidden words."""
