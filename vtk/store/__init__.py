"""What stays between runs."""
