"""vtk: small commands that turn long videos into text you can search, read and pipe."""

__version__ = "0.1.0"
