"""Every trial of this suite, in the order of the plan."""

from tests.load.downloads import DOWNLOADS
from tests.load.requests import OVERLOAD, STEADY
from tests.load.turns import TURNS
from tests.load.uploads import SLOW, UPLOADS
from tests.load.watchers import FLOOD, STORM, WATCHED
from tests.suites.trial import Trial

TRIALS: tuple[Trial, ...] = (TURNS, WATCHED, STORM, STEADY, UPLOADS, SLOW, DOWNLOADS, OVERLOAD, FLOOD)
