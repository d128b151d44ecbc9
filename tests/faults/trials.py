"""Every trial of this suite, in the order of the plan."""

from tests.faults.aborted_uploads import ABORTED_UPLOAD
from tests.faults.canceling import CANCELED
from tests.faults.deleting import DELETED
from tests.faults.devices import BROKEN_DEVICE, SHORT_OF_MEMORY
from tests.faults.duplicates import DUPLICATED
from tests.faults.frozen_worker import FROZEN
from tests.faults.full_disk import FULL_DISK
from tests.faults.hanging import HANGING
from tests.faults.idempotency import IDEMPOTENT
from tests.faults.killed_processes import KILLED_CHILD, KILLED_WORKER, LOST_MESSAGE, STOPPED_WORKER
from tests.faults.killed_uploads import KILLED_UPLOAD
from tests.faults.many_reapers import MANY_REAPERS
from tests.faults.network_cuts import CUT, SWALLOWED
from tests.faults.points_of_death import POINTS_OF_DEATH
from tests.faults.poison import POISON
from tests.faults.rolling_restart import ROLLING_RESTART
from tests.faults.server_outages import EMPTIED_SERVER, KILLED_SERVER
from tests.faults.soak import SOAKED
from tests.faults.storage_faults import BAD_STORAGE
from tests.faults.to_come import WEBHOOKS
from tests.faults.weights_damage import DAMAGED_WEIGHTS
from tests.suites.trial import Trial

TRIALS: tuple[Trial, ...] = (
    KILLED_CHILD,
    KILLED_WORKER,
    FROZEN,
    LOST_MESSAGE,
    POISON,
    KILLED_SERVER,
    SWALLOWED,
    CUT,
    EMPTIED_SERVER,
    KILLED_UPLOAD,
    ABORTED_UPLOAD,
    ROLLING_RESTART,
    FULL_DISK,
    BAD_STORAGE,
    POINTS_OF_DEATH,
    HANGING,
    CANCELED,
    DUPLICATED,
    IDEMPOTENT,
    STOPPED_WORKER,
    SHORT_OF_MEMORY,
    BROKEN_DEVICE,
    DAMAGED_WEIGHTS,
    MANY_REAPERS,
    DELETED,
    WEBHOOKS,
    SOAKED,
)
