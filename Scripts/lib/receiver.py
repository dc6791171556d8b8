"""An HTTP receiver of webhooks on the loopback interface that does as it is told, and takes down
what came."""

import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: Seconds that a request is held that never gets an answer.
HANG = 20


class Receiver(ThreadingHTTPServer):
    """Listens on a port of its own. `decide(request)` is asked for every request, on a thread of
    its own, and names what to do: a status, (status, headers), `hang` or `reset`."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, decide):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.decide = decide
        self.closing = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def shutdown_request(self, request):
        # An orderly end first would hide a reset.
        self.close_request(request)

    def handle_error(self, request, client_address):
        """A sender that is killed in the middle of a request is no news."""


class Request:
    """What came: `path` without its slash, headers in lower case, the body's bytes."""

    def __init__(self, path, headers, body):
        self.path = path.strip("/")
        self.headers = headers
        self.body = body
        self.time = time.monotonic()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_POST(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.act(self.server.decide(Request(self.path, headers, body)))

    def do_GET(self):
        self.do_POST()

    def act(self, action):
        if action == "hang":
            self.server.closing.wait(HANG)
            self.close_connection = True
        elif action == "reset":
            # Closing with nothing to linger for sends a reset in place of an end.
            self.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
        else:
            status, headers = action if isinstance(action, tuple) else (action, {})
            text = headers.pop("body", b"")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    def log_message(self, *_):
        """Says nothing; the tools take down what they want to know."""
