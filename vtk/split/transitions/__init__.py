"""Gradual transitions: dissolves, fades and wipes, and the evidence that tells them from motion."""
