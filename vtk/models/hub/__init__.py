"""Sources of models: the catalog, the Hugging Face hub and its cache, and local files."""
