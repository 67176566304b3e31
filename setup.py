"""Which packages are installed: those in vtk/, commands/ as vtk.commands, and two folders of files.

All else is in pyproject.toml, which has no way to give a package that is found another name.
"""

from setuptools import find_packages, setup

commands = [f"vtk.commands.{name}" for name in find_packages("commands")]
files = ["vtk.examples", "vtk.completions"]  # folders without code, for the commands of these names
setup(packages=[*find_packages(include=["vtk", "vtk.*"]), "vtk.commands", *commands, *files])
