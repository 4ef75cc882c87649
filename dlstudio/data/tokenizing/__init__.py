"""Tokenizers of language models: text to ids and back, by characters, words or subwords. One module a unit."""
