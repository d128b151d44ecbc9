"""What a site's confined child does, without its walls and for many orders: an order a line in, an outcome a line out.

Argument: the port of the proxy.
"""

import sys
from pathlib import Path

from media.sources.sites.extraction import extract
from media.sources.sites.orders import SiteOrder


def main(port: int) -> None:
    for line in sys.stdin.buffer:
        outcome = extract(SiteOrder.read(line), port=port, tell=lambda _: None)
        for left in Path().glob("recording.*"):
            left.unlink()
        sys.stdout.write(outcome.model_dump_json() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
