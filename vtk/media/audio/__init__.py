"""The audio of a file: samples, power, silence, and input for speech recognition."""
