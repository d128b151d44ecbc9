"""The system's WebKit (Safari's engine with GStreamer's codecs), driven by WebDriver: opened, clicked and asked."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from cli import ports
from tests.acceptance.waiting import until
from tests.browser.running import running

_ANSWER_SECONDS = 60.0
HOW_TO_GET = (
    "Install one (Debian: apt-get install webkit2gtk-driver xvfb gstreamer1.0-plugins-good gstreamer1.0-libav)."
)
# What was complained of from here on. WebDriver has no word for it.
_LISTEN = """
    if (!window.complaints) {
        window.complaints = [];
        addEventListener("error", (event) => complaints.push(event.message));
        addEventListener("unhandledrejection", (event) => complaints.push(String(event.reason)));
    }
"""


def find_webkit() -> Path | None:
    """The browser, or None where it, its driver or a screen for it is missing."""
    if not all(map(shutil.which, ("WebKitWebDriver", "Xvfb"))):
        return None
    return next(iter(sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))), None)


class WebKit:
    """One page, with the face of `Firefox`."""

    def __init__(self, url: str, browser: Path) -> None:
        self._driver = httpx.Client(base_url=url, timeout=_ANSWER_SECONDS)
        options = {"webkitgtk:browserOptions": {"binary": str(browser), "args": ["--automation"]}}
        self._session = self._ask("", capabilities={"alwaysMatch": options})["sessionId"]

    def open(self, url: str) -> None:
        """Go there, and wait until it is loaded."""
        self._ask("/url", url=url)
        self._ask("/execute/sync", script=_LISTEN, args=[])

    def value(self, script: str) -> Any:
        """What an expression comes to, promises awaited, as JSON can say it."""
        told = f"(async () => JSON.stringify(await ({script}) ?? null))()"
        answer = self._ask(
            "/execute/async", script=f"{told}.then(arguments[0], (no) => arguments[0]([`${{no}}`]))", args=[]
        )
        assert isinstance(answer, str), answer
        return json.loads(answer)

    def wait(self, script: str) -> None:
        """Wait until an expression is true."""
        until(lambda: self.value(script), script, seconds=30)

    def click(self, selector: str) -> None:
        """As a person does."""
        self._ask(f"/element/{self._element(selector)}/click")

    def choose(self, selector: str, path: Path) -> None:
        """Give a file to a field."""
        self._ask(f"/element/{self._element(selector)}/value", text=str(path))

    @property
    def complaints(self) -> list[str]:
        """What the page's scripts threw since it was loaded."""
        return list(self.value("window.complaints"))

    def close(self) -> None:
        """End the browser."""
        self._driver.delete(f"/session/{self._session}")
        self._driver.close()

    def _element(self, selector: str) -> str:
        return str(next(iter(self._ask("/element", using="css selector", value=selector).values())))

    def _ask(self, path: str, **told: Any) -> Any:
        session = f"/{self._session}" if path else ""
        answer = self._driver.post(f"/session{session}{path}", json=told).json()["value"]
        assert not (isinstance(answer, dict) and "error" in answer), answer
        return answer


@contextmanager
def started(path: Path, folder: Path) -> Iterator[WebKit]:
    """A running WebKit on a screen of its own that nobody sees."""
    port = ports.find_free()
    with (folder / "screen").open("w+") as screen, (folder / "webkit.log").open("wb") as log:
        told = {"stdout": log, "stderr": log}
        with running(["Xvfb", "-displayfd", str(screen.fileno())], pass_fds=[screen.fileno()], **told):
            number = until(lambda: (folder / "screen").read_text().strip(), "a screen")
            with running(["WebKitWebDriver", f"--port={port}"], env=os.environ | {"DISPLAY": f":{number}"}, **told):
                url = f"http://127.0.0.1:{port}"
                until(lambda: _answers(url), "the driver of WebKit")
                webkit = WebKit(url, path)
                try:
                    yield webkit
                finally:
                    webkit.close()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/status").is_success
    except httpx.TransportError:
        return False
