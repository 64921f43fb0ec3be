"""A headless Chromium, spoken to over a pipe in the DevTools protocol: no driver, and no package, is needed for it."""

import base64
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
BASH = shutil.which("bash")
WIDE, PHONE = (1280, 900), (390, 844)


class Browser:
    """One window."""

    def __init__(self, profile):
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        arguments = (
            f"--user-data-dir={profile} --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
            "--disable-background-networking "
            "--disable-component-update --disable-sync --remote-debugging-pipe --hide-scrollbars"
        )
        self._process = subprocess.Popen(
            # The browser reads from 3 and writes to 4; a shell puts the pipes there.
            [
                BASH,
                "-c",
                f'exec "$@" 3<&{to_browser} 4>&{from_browser}',
                "-",
                CHROMIUM,
                *arguments.split(),
            ],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._buffer, self._number, self._session = b"", 0, None
        self.events = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method, **params):
        """One command; gives its result and keeps the events that come before it."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while (answer := self._read()).get("id") != self._number:
            self.events.append(answer)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def open(self, path, size=WIDE, *, dark=False, media=""):
        """Opens a file in a window of a size, by day or by night."""
        width, height = size
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self.events.clear()
        # A page of the same address with another fragment would not be loaded anew.
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=path if isinstance(path, str) else path.as_uri())
        self.until("document.readyState == 'complete' && location.protocol == 'file:'")

    def js(self, expression):
        """The value of an expression in the page."""
        found = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def until(self, expression, seconds=10):
        """Waits until an expression holds."""
        end = time.monotonic() + seconds
        while not self.js(expression):
            assert time.monotonic() < end, f"it did not come to {expression}"
            time.sleep(0.02)

    def click(self, selector):
        """A click with the mouse, in the middle of an element."""
        box = f"document.querySelector({json.dumps(selector)})"
        self.js(f"{box}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        x, y = self.js(f"(r => [r.x + r.width / 2, r.y + r.height / 2])({box}.getBoundingClientRect())")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def key(self, name, code):
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if name == "Enter" and kind == "keyDown" else {}
            self.send("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, **text)

    def type(self, text):
        self.send("Input.insertText", text=text)

    def capture(self, **how):
        """A screenshot, as bytes. how: format and quality, as the protocol names them; PNG by default."""
        return base64.b64decode(self.send("Page.captureScreenshot", **how)["data"])

    def picture(self, name):
        """A screenshot; it is kept where BOOKPROOF_SCREENSHOTS says."""
        png = self.capture()
        if folder := os.environ.get("BOOKPROOF_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            Path(folder, f"{name}.png").write_bytes(png)
        return png

    @property
    def troubles(self):
        """Errors and everything else that stands in the console; questions that a script asked."""
        wanted = {"Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"}
        return [e for e in self.events if e.get("method") in {*wanted, "Page.javascriptDialogOpening"}]

    @property
    def errors(self):
        """Of the troubles those that are errors: what a page of others may say in the console is theirs."""
        of_console = [
            e["params"].get("entry", e["params"]).get("level") or e["params"].get("type") for e in self.troubles
        ]
        return [e for e, level in zip(self.troubles, of_console, strict=True) if level in ("error", "assert", None)]

    @property
    def fetched(self):
        """What was asked of a network."""
        asked = [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"]
        return [url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))]

    def close(self):
        self._process.kill()
        self._process.wait(10)
        os.close(self._in)
        os.close(self._out)

    def _read(self):
        while b"\0" not in self._buffer:
            data = os.read(self._in, 1 << 20)
            assert data, "Chromium has ended"
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)
