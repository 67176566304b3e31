"""Shots as longer or other spans: scenes, windows, least and greatest lengths."""
