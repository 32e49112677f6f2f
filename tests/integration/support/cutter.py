"""A network that fails: it lies between the program and a server, and cuts all connections at one of the messages that the program sends.
Or it kills the server there, which is nearer to what happens than a moment on the clock: the program is always at work then.
"""

import contextlib
import socket
import threading
import time


class Cutter:
    def __init__(self, host, port):
        self.server = (host, port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock, self.open = threading.Lock(), []
        self.cut_at(0)
        threading.Thread(target=self.accept, daemon=True).start()

    def cut_at(self, message, arrives=False, strike=None, pause=0, text=None):
        """0: never, but for a message that holds `text`.  `arrives`: that message still reaches the server, which has `pause` seconds for it;
        `strike`: called before the cut."""
        self.text = text
        self.at, self.arrives, self.strike, self.pause, self.sent, self.struck = message, arrives, strike, pause, 0, False
        self.turns, self.answered = 0, set()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near = self.listener.accept()[0]
                try:
                    far = socket.create_connection(self.server)
                except ConnectionError:
                    near.close()
                    continue
                with self.lock:
                    self.open += [near, far]
                for source, target, counted in ((near, far, True), (far, near, False)):
                    threading.Thread(target=self.carry, args=(source, target, counted), daemon=True).start()

    def carry(self, source, target, counted):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                self.turn(source if counted else target, counted)
                cut = counted and self.counted(data)
                if cut and not self.arrives:
                    break
                target.sendall(data)
                if cut:
                    time.sleep(self.pause)
                    break
            else:
                cut = False
            if cut:
                if self.strike:
                    self.strike()
                self.cut()
                self.at, self.text = 0, None
        for end in (source, target):
            self.end(end)

    def turn(self, near, asks):
        """A question that comes in several pieces, or with others, is one turn."""
        with self.lock:
            if asks:
                self.turns += near in self.answered
                self.answered.discard(near)
            else:
                self.answered.add(near)

    def counted(self, data):
        with self.lock:
            self.sent += 1
            if self.sent != self.at and not (self.text and self.text in data):
                return False
            self.struck = True
            return True

    def cut(self):
        with self.lock:
            gone, self.open = self.open, []
        for end in gone:
            self.end(end)

    @staticmethod
    def end(end):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextlib.contextmanager
def cutter(host, port):
    network = Cutter(host, port)
    try:
        yield network
    finally:
        network.listener.close()
        network.cut()
