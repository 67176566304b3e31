"""Regroup shots into other spans: scenes, windows, minimum and maximum lengths."""
