"""Errors that vtk raises. Each is one sentence for the user, with the fix where there is one."""


class VtkError(Exception):
    """Base of all errors raised by vtk on purpose; its text is one clear sentence."""


class UsageError(VtkError):
    """The command was called with options that make no sense together."""


class InputError(VtkError):
    """A line or record of the input is not a span."""


class MediaError(VtkError):
    """A file could be opened but not read to its end: truncated, corrupt, no picture."""


class NoStreamError(MediaError):
    """A file has no stream of the kind that is asked for, such as sound."""


class OpenError(MediaError):
    """A file could not be opened at all: missing, unreadable, not a medium."""


class OutputError(VtkError):
    """The output could not be written: a full disk, a missing folder, no permission."""


class MissingError(VtkError):
    """A backend, a model or an optional package is missing; the text says how to get it."""


class ModelError(VtkError):
    """A model is there but could not answer this prompt: too long, refused, no reply."""


class InternalError(VtkError):
    """A bug in vtk that ends the work on one record; the text is that of the exception."""
