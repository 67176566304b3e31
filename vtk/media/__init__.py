"""All use of PyAV: opening, probing, decoding, seeking, subtitle tracks, images."""
