"""Gradual transitions: dissolves, fades and wipes, and what tells them from motion."""
