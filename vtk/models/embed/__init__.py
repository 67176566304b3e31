"""Embeddings of texts and of pictures."""
