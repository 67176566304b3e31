"""The sound of a file: samples, power, silence, and audio for speech recognition."""
