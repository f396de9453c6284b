"""The hosts around a service that reaches named hosts only: a TLS server, plain servers, a model, a store of git.

Usage: world.py FOLDER CERTIFICATE. Runs in a network namespace of its own, and stays. FOLDER/seen has one line per
request.
"""

import base64
import hashlib
import json
import socket
import ssl
import sys
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER, CERTIFICATE = Path(sys.argv[1]), sys.argv[2]
PUBLIC = "203.0.113.5"
# Addresses of the local network and of the cloud: a name must not lead there.
PRIVATE = ("192.168.20.30", "192.168.20.31", "169.254.169.254")
CHUNK = bytes(range(256)) * 4096


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *given: object) -> None:
        super().__init__(*given, directory=str(FOLDER / "files"))

    def log_message(self, *_: object) -> None:
        pass

    def note(self) -> None:
        with open(FOLDER / "seen", "a") as seen:
            host, key = self.headers["Host"], self.headers["Authorization"]
            seen.write(f"{self.server.server_address[0]} {host} {self.path} {key}\n")

    def say(self, text: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        self.note()
        if self.path == "/hello":
            self.say(f"hello from {self.server.server_address[0]}\n".encode())
        elif self.path == "/poll":
            time.sleep(3)
            self.say(b"[]\n")
        elif self.path.startswith("/bytes/"):
            count = int(self.path.rpartition("/")[2])
            self.send_response(200)
            self.send_header("Content-Length", str(count * len(CHUNK)))
            self.end_headers()
            for _ in range(count):
                self.wfile.write(CHUNK)
        elif self.path.startswith("/bot"):
            self.say(b'{"ok": true, "result": true}')
        elif self.path == "/socket":
            self.talk()
        else:
            super().do_GET()

    def talk(self) -> None:
        """A WebSocket (RFC 6455) that answers one short frame with its text in capitals."""
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        self.send_header("Sec-WebSocket-Accept", accept)
        self.end_headers()
        _, length = self.rfile.read(2)
        mask = self.rfile.read(4)
        text = bytes(byte ^ mask[at % 4] for at, byte in enumerate(self.rfile.read(length & 127)))
        self.wfile.write(bytes([0x81, len(text)]) + text.upper())
        self.close_connection = True

    def do_POST(self) -> None:
        self.note()
        left = int(self.headers["Content-Length"])
        sums = hashlib.sha256()
        body = b""
        while left > 0:
            part = self.rfile.read(min(left, 1 << 20))
            left -= len(part)
            sums.update(part)
            body = (body + part)[:1 << 20]
        if self.path.startswith("/bot"):
            self.play_telegram(self.path.rpartition("/")[2])
        elif self.path == "/sum":
            self.say(sums.hexdigest().encode())
        else:
            self.complete(json.loads(body))

    def play_telegram(self, method: str) -> None:
        results = {"getMe": {"id": 1, "is_bot": True, "first_name": "bot", "username": "a_bot"}, "getUpdates": []}
        if method == "getUpdates":
            time.sleep(5)
        self.say(json.dumps({"ok": True, "result": results.get(method, True)}).encode())

    def complete(self, request: dict[str, object]) -> None:
        """The answer of a model, streamed."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        choices = (
            {"delta": {"role": "assistant", "content": "named egress works"}},
            {"delta": {}, "finish_reason": "stop"},
        )
        for choice in choices:
            chunk = {
                "id": "chunk",
                "object": "chat.completion.chunk",
                "model": request["model"],
                "choices": [{"index": 0, **choice}],
            }
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def serve(address: str, port: int, context: ssl.SSLContext | None = None) -> None:
    server = Server((address, port), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE)
serve(PUBLIC, 443, context)
for address in (PUBLIC, *PRIVATE):
    serve(address, 8080)
serve("169.254.169.254", 443, context)
Path(FOLDER / "ready").touch()
threading.Event().wait()
