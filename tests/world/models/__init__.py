"""Tiny models of the world: what they see (`stage`), what is said (`talk`), how they learn."""
