"""Speech recognition, in this process or on a server, and voice activity detection."""
