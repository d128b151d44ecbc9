"""The zygote's roof: empties its environment, loads what children will need, serves one control socket till it ends.

Arguments: the control socket's descriptor, the folder for temporary files, then the modules to load beforehand.
"""

import gc
import importlib
import os
import socket
import sys

from media.limits import Limits
from media.walls import Wall
from media.zygote.inmate import missing_walls
from media.zygote.quarters import Quarters
from media.zygote.serving import Zygote
from media.zygote.wire import send_missing


def main(arguments: list[str]) -> None:
    """Serve until the other end of the control socket is closed."""
    os.environ.clear()
    for module in arguments[2:]:
        importlib.import_module(module)
    gc.freeze()  # what is loaded stays shared with the children
    with socket.socket(fileno=int(arguments[0])) as control:
        quarters = Quarters(arguments[1])
        missing = missing_walls(Limits())
        if quarters.problem is not None:
            missing[Wall.folder] = quarters.problem
        send_missing(control, missing)
        Zygote(control, quarters).serve()


if __name__ == "__main__":
    main(sys.argv[1:])
