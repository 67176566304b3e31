"""Language models: in the process by llama.cpp, or behind a server."""
