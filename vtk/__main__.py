"""``python -m vtk``: the command line, found by name as it is a package of its own."""

from importlib import import_module

if __name__ == "__main__":
    import_module("vtk.commands").main()
