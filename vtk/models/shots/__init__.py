"""Networks that judge shot boundaries."""
