"""Data kept between runs: the cache and the resume journal."""
