"""The system's Firefox, driven by WebDriver BiDi: a page opened, clicked and asked. Playwright drives only its own."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.acceptance.waiting import until
from tests.browser.running import running

_START_SECONDS = 60.0
_ANSWER_SECONDS = 60.0
HOW_TO_GET = "Install one (Debian: apt-get install firefox-esr)."


def find_firefox() -> Path | None:
    """The program, or None where there is none."""
    found = next((path for name in ("firefox-esr", "firefox") if (path := shutil.which(name))), None)
    return None if found is None else Path(found)


class Firefox:
    """One page. `complaints` are what the page's scripts threw or said as errors, as far as answers have come."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._sent = 0
        self.complaints: list[str] = []
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded"])
        self._page = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, url: str) -> None:
        """Go there, and wait until it is loaded."""
        self._ask("browsingContext.navigate", context=self._page, url=url, wait="complete")

    def value(self, script: str) -> Any:
        """What an expression comes to, promises awaited, as JSON can say it."""
        told = self._evaluate(f"(async () => JSON.stringify(await ({script}) ?? null))()")
        return json.loads(told["value"])

    def wait(self, script: str) -> None:
        """Wait until an expression is true."""
        until(lambda: self.value(script), script, seconds=30)

    def click(self, selector: str) -> None:
        """As a person does, with a pointer in the middle of it."""
        element = self._element(selector)
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}}
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        mouse = {"type": "pointer", "id": "mouse", "actions": [move, *press]}
        self._ask("input.performActions", context=self._page, actions=[mouse])

    def choose(self, selector: str, path: Path) -> None:
        """Give a file to a field."""
        self._ask("input.setFiles", context=self._page, element=self._element(selector), files=[str(path)])

    def _element(self, selector: str) -> dict[str, str]:
        found = f"document.querySelector({json.dumps(selector)})"
        return {"sharedId": self._evaluate(f"({found}.scrollIntoView({{ block: 'center' }}), {found})")["sharedId"]}

    def _evaluate(self, script: str) -> dict[str, Any]:
        target = {"context": self._page}
        answer = self._ask("script.evaluate", expression=script, target=target, awaitPromise=True, userActivation=False)
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return dict(answer["result"])

    def _ask(self, method: str, **told: Any) -> dict[str, Any]:
        self._sent += 1
        self._connection.send(json.dumps({"id": self._sent, "method": method, "params": told}))
        while (news := json.loads(self._connection.recv(_ANSWER_SECONDS))).get("id") != self._sent:
            self._note(news)
        assert news["type"] == "success", news
        return dict(news["result"])

    def _note(self, news: dict[str, Any]) -> None:
        if news.get("method") == "log.entryAdded" and news["params"]["level"] == "error":
            self.complaints.append(str(news["params"]["text"]))


@contextmanager
def started(path: Path, folder: Path) -> Iterator[Firefox]:
    """A running Firefox without a window, whose profile is in `folder`."""
    (profile := folder / "profile").mkdir()
    log = folder / "firefox.log"
    command = [path, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
    environment = os.environ | {"HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"}
    with log.open("wb") as output, running(command, stdout=output, stderr=output, env=environment):
        address = until(lambda: _address(log), "the address of Firefox", seconds=_START_SECONDS)
        with connect(f"{address}/session", max_size=None, compression=None) as connection:
            yield Firefox(connection)


def _address(log: Path) -> str | None:
    found = re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text(errors="replace"))
    return found[1] if found else None
