"""Neural networks that detect and classify shot boundaries."""
