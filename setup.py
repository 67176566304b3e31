"""Which packages are installed: those in vtk/, and commands/ as vtk.commands.

All else is in pyproject.toml, which has no way to give a package that is found another name.
"""

from setuptools import find_packages, setup

commands = [f"vtk.commands.{name}" for name in find_packages("commands")]
setup(packages=[*find_packages(include=["vtk", "vtk.*"]), "vtk.commands", *commands])
