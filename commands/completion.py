"""vtk completion: print the completions of a shell."""

from typing import Annotated, Literal

import typer

SHELLS = {"bash": "vtk", "zsh": "_vtk", "fish": "vtk.fish"}  # the names of their files


def completion(
    shell: Annotated[
        Literal["bash", "zsh", "fish"], typer.Argument(metavar="SHELL", help="bash, zsh or fish.")
    ],
) -> None:
    """Print what completes commands, options and values in a shell.

    One line in the file that the shell reads when it starts turns completion on: in ~/.bashrc, in
    ~/.zshrc after compinit, or in ~/.config/fish/config.fish.

    \b
    Examples:
      eval "$(vtk completion bash)"
      source <(vtk completion zsh)
      vtk completion fish | source
    """
    from pathlib import Path

    from vtk.stream import Stream

    folder = Path(__file__).parents[1] / "completions"
    if (folder / "shells").is_dir():  # in a checkout
        folder /= "shells"
    raise SystemExit(Stream("completion").run((folder / SHELLS[shell]).read_text))
