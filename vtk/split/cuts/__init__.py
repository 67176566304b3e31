"""Hard cuts: steps from frame to frame that may be one, and what tells them from motion."""
