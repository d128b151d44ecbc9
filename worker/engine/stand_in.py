"""A model of htdemucs's architecture with random weights: as fast as the real one, and of no use for music."""

from fractions import Fraction

from worker.engine.catalog import DEFAULT_SOURCES
from worker.engine.separator import Member, Separator

HTDEMUCS = {"bottom_channels": 512, "t_layers": 5, "t_heads": 8, "t_hidden_scale": 4.0, "dconv_mode": 3}
"""What the published `htdemucs` was made with, where it differs from the class's own defaults."""
HTDEMUCS_SEGMENT = Fraction(39, 5)
"""Seconds it sees at once."""


def load_stand_in(*, device: str = "auto", precision: str = "auto") -> Separator:
    """For measuring a machine where the published weights are not. Raises DeviceUnavailable, InvalidOptions,
    OutOfMemory."""
    # torch is imported here, as in loading.py
    from worker.engine.architectures import build_empty
    from worker.engine.devices import check_precision, choose_device  # likewise
    from worker.engine.networks import network_of  # likewise

    chosen, warnings = choose_device(device)
    module = build_empty("HTDemucs", [list(DEFAULT_SOURCES)], {**HTDEMUCS, "segment": HTDEMUCS_SEGMENT})
    network = network_of(module.eval().requires_grad_(False), chosen, check_precision(precision))
    told = ("random_weights", "The weights of htdemucs are not here; random ones of its architecture are as fast.")
    return Separator("htdemucs", (Member(network, (1.0,) * len(DEFAULT_SOURCES)),), warnings=(*warnings, told))
