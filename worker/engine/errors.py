"""What can go wrong in the engine. Each class's docstring says it in a sentence; it knows no job and no status code."""


class EngineError(Exception):
    """The separation engine could not do its work."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class InvalidOptions(EngineError):
    """The options do not fit together or do not fit this model."""


class UnknownModel(EngineError):
    """There is no model of this name in the catalog."""


class CatalogInvalid(EngineError):
    """The catalog file of models cannot be read."""


class ModelUnavailable(EngineError):
    """The model's weights are not on this machine and cannot be fetched, or a package it needs is missing."""


class WeightsCorrupt(EngineError):
    """A weight file does not have the contents the catalog names."""


class DeviceUnavailable(EngineError):
    """The device asked for is not on this machine or does not work."""


class DeviceFailed(EngineError):
    """The device reported an error that it does not recover from; this process should end."""


class OutOfMemory(EngineError):
    """The device's memory did not suffice, even for one segment at a time."""


class MixChanged(EngineError):
    """The recording gave another number of frames than it did when it was first read."""


class OutputInvalid(EngineError):
    """A finished stem failed its check: frames missing, not finite, not decodable, or silent."""


class Canceled(EngineError):
    """The separation was canceled."""
