"""Exceptions of vtk. Each message is one sentence for the user, with the fix if there is one."""


class VtkError(Exception):
    """Base class of all errors that vtk raises deliberately; the message is one clear sentence."""


class UsageError(VtkError):
    """The command was called with invalid or conflicting options."""


class InputError(VtkError):
    """A line or record of the input is not a span."""


class NotJsonError(InputError):
    """Text that should be a JSON object is none."""


class MediaError(VtkError):
    """A file could be opened but not read completely: truncated, corrupt, without a picture.

    `whole` tells that it is so of the whole file, not of a stretch of it.
    """

    whole = False

    def __init__(self, message: str = "", *, whole: bool = False) -> None:
        super().__init__(message)
        self.whole = whole or self.whole


class NoStreamError(MediaError):
    """A file has no stream of the requested kind, such as audio."""

    whole = True


class OpenError(MediaError):
    """A file could not be opened at all: missing, unreadable, not a media file."""

    whole = True


class DamagedError(OpenError):
    """An index cannot be read; the message says what is damaged and what mends it."""


class OutputError(VtkError):
    """The output could not be written: a full disk, a missing folder, no permission."""


class MissingError(VtkError):
    """A backend, a model or an optional package is missing; the message says how to get it."""


class ModelError(VtkError):
    """A loaded model could not answer a prompt: too long, refused, no reply."""


class GoneError(MissingError, ModelError):
    """A server that had answered is gone, or can answer no more: this prompt and all after it fail.

    It takes its place among the answers, so that those before it are kept, and then ends the run.
    """


class FaultError(ModelError):
    """A server failed at a prompt, at every try, by its own fault: a shorter one mends nothing."""


class InternalError(VtkError):
    """A bug in vtk that made one record fail; the message is that of the original exception."""
