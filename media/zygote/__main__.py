"""The zygote's roof: empties its environment, loads what children will need, serves one control socket till it ends.

Arguments: the control socket's descriptor, then the modules to load beforehand.
"""

import gc
import importlib
import os
import socket
import sys

from media.limits import Limits
from media.zygote.inmate import trial_weaknesses
from media.zygote.serving import Zygote
from media.zygote.wire import send_weaknesses


def main(arguments: list[str]) -> None:
    """Serve until the other end of the control socket is closed."""
    os.environ.clear()
    for module in arguments[1:]:
        importlib.import_module(module)
    gc.freeze()  # what is loaded stays shared with the children
    with socket.socket(fileno=int(arguments[0])) as control:
        send_weaknesses(control, trial_weaknesses(Limits()))
        Zygote(control).serve()


if __name__ == "__main__":
    main(sys.argv[1:])
