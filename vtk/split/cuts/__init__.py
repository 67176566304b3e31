"""Hard cuts: candidate frame differences, and the evidence that tells cuts from motion."""
