"""What a caller may be told while a recording is separated, and the one thing it may ask: to stop."""

from typing import Literal

from worker.engine.results import StemFile

Stage = Literal["decoding", "separating", "encoding"]


class Watch:
    """Watches a separation; this one sees nothing and never cancels. Derive from it and override what you need."""

    def progress(self, stage: Stage, fraction: float) -> None:
        """`fraction` (0 to 1, never falling) of this stage is done."""

    def stem(self, stem: StemFile) -> None:
        """This stem's file is complete and checked."""

    def canceled(self) -> bool:
        """Whether to stop; asked before every batch of segments and every block written."""
        return False
