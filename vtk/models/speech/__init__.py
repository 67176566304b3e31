"""Recognition of speech and of voices: in the process, or behind a server."""
