"""Where models come from: the catalog, the hub, its cache, and files that are named."""
