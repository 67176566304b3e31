"""Language models: in this process with llama.cpp, or on a server."""
