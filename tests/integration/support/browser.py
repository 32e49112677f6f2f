"""A real browser without a screen, driven through the pipe of its debugging protocol: no driver program, no port, no network."""
import json
import os
import shutil
import subprocess
import tempfile


class Browser:
    """with Browser("file:///page.html") as page: page.run("document.title")"""

    def __init__(self, address):
        self.folder = tempfile.mkdtemp(prefix="dbwarden-browser-")
        for_it, self.out = os.pipe()
        self.answers, its = os.pipe()
        command = [
            "bash", "-c", f'exec "$@" 3<&{for_it} 4>&{its}', "browser", "chromium-headless-shell", "--no-sandbox",
            "--disable-gpu", "--remote-debugging-pipe", f"--user-data-dir={self.folder}", "about:blank",
        ]
        self.process = subprocess.Popen(command, pass_fds=(for_it, its), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(for_it)
        os.close(its)
        self.rest, self.number, self.session, self.events = b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=address)
        self.wait_for("Page.loadEventFired")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.out)
        os.close(self.answers)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _message(self):
        while b"\0" not in self.rest:
            piece = os.read(self.answers, 1 << 16)
            assert piece, "the browser ended"
            self.rest += piece
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        """What the browser answers; what it tells meanwhile is kept in `events`."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self.number:
                assert "error" not in answer, (method, answer)
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, event):
        while not any(known["method"] == event for known in self.events):
            self.events.append(self._message())

    def run(self, script):
        """The value of an expression in the page; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, *keys):
        """Keys as a person presses them: one character each, or the name of a key."""
        for key in keys:
            text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
            codes = {"Tab": 9, "Enter": 13, "Escape": 27}
            named = {"key": key, "windowsVirtualKeyCode": codes.get(key, ord(key[0].upper()))}
            self.call("Input.dispatchKeyEvent", type="keyDown", **named, **text)
            self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def dark(self, dark):
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def complaints(self):
        """Errors of scripts and of the log, and addresses that were asked for beside the page itself."""
        found = []
        for event in self.events:
            if event["method"] == "Runtime.exceptionThrown" or event["method"] == "Log.entryAdded":
                found.append(event["params"])
            if event["method"] == "Network.requestWillBeSent" and event["params"]["type"] != "Document":
                found.append(event["params"]["request"]["url"])
        return found
