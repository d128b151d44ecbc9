"""The separation engine: a library that turns a recording into its stems. It knows no job, no queue and no settings.

    separator = load_separator("demo")
    result = separate_file("song.mp3", "stems/", separator=separator)
    for stem in result.stems:
        print(stem.name, stem.path, stem.peak)

Importing it does not import torch; loading a model does.
"""

from worker.engine.catalog import ModelRecipe, load_recipes
from worker.engine.errors import (
    Canceled,
    CatalogInvalid,
    DeviceFailed,
    DeviceUnavailable,
    EngineError,
    InvalidOptions,
    MixChanged,
    ModelUnavailable,
    OutOfMemory,
    OutputInvalid,
    UnknownModel,
    WeightsCorrupt,
)
from worker.engine.loading import default_folder, load_separator
from worker.engine.options import OutputOptions, SeparationOptions
from worker.engine.recording import separate_file
from worker.engine.results import Separation, StemFile
from worker.engine.separator import Separator
from worker.engine.statistics import MixStatistics, StatisticsMeter
from worker.engine.watch import Stage, Watch
from worker.engine.weights import WeightsStore

__all__ = [
    "Canceled",
    "CatalogInvalid",
    "DeviceFailed",
    "DeviceUnavailable",
    "EngineError",
    "InvalidOptions",
    "MixChanged",
    "MixStatistics",
    "ModelRecipe",
    "ModelUnavailable",
    "OutOfMemory",
    "OutputInvalid",
    "OutputOptions",
    "Separation",
    "SeparationOptions",
    "Separator",
    "Stage",
    "StatisticsMeter",
    "StemFile",
    "UnknownModel",
    "Watch",
    "WeightsCorrupt",
    "WeightsStore",
    "default_folder",
    "load_recipes",
    "load_separator",
    "separate_file",
]
