"""Every touch of PyAV: open, probe, decode, seek, subtitle tracks, pictures."""
