"""The servers of providers around a service whose keys are outside, and others that would like to have these.

Usage: world.py FOLDER CERTIFICATE IMPOSTOR'S-CERTIFICATE. Runs in a network namespace of its own, and stays.
FOLDER/seen has one line of JSON per request: the address, the request's first line, and its headers.
"""

import hashlib
import json
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER, CERTIFICATE, IMPOSTOR = Path(sys.argv[1]), *sys.argv[2:]
MESSAGE = {"id": "m", "type": "message", "role": "assistant", "model": "stub", "content": []}
USAGE = {"input_tokens": 1, "output_tokens": 1}
ANTHROPIC = (
    {"type": "message_start", "message": {**MESSAGE, "stop_reason": None, "stop_sequence": None, "usage": USAGE}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "keys outside work"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": USAGE},
    {"type": "message_stop"},
)
COMPLETION = (
    {"delta": {"role": "assistant", "content": "keys outside work"}},
    {"delta": {}, "finish_reason": "stop"},
)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def note(self) -> None:
        seen = {"at": self.server.server_address[0], "line": self.requestline, "headers": self.headers.items()}
        with open(FOLDER / "seen", "a") as file:
            file.write(json.dumps(seen) + "\n")

    def say(self, text: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def send_chunk(self, text: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))
        self.wfile.flush()

    def send_event(self, event: object) -> None:
        kind = f"event: {event['type']}\n" if isinstance(event, dict) and "type" in event else ""
        text = event if isinstance(event, str) else json.dumps(event)
        self.send_chunk(f"{kind}data: {text}\n\n".encode())

    def do_GET(self) -> None:
        self.note()
        if self.path == "/echo":
            self.say(json.dumps(self.headers.items()).encode())
        elif self.path == "/elsewhere":
            self.say(b"", 302, Location="https://echo.keys.test/echo")
        elif self.path == "/hello":
            self.say(f"hello from {self.server.server_address[0]}".encode())
        elif self.path == "/stream":
            # Without chunks, which would show a proxy that keeps its words where they end.
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            for number in range(3):
                self.wfile.write(b"data: %d\n\n" % number)
                self.wfile.flush()
                time.sleep(1)
        else:
            self.say(b'{"data": []}')

    def do_POST(self) -> None:
        self.note()
        left = int(self.headers["Content-Length"])
        sums = hashlib.sha256()
        body = b""
        while left > 0:
            part = self.rfile.read(min(left, 1 << 20))
            left -= len(part)
            sums.update(part)
            body = (body + part)[: 1 << 20]
        if self.path == "/sum":
            self.say(sums.hexdigest().encode())
            return
        self.begin_stream()
        if self.path.endswith("/messages"):
            for event in ANTHROPIC:
                self.send_event(event)
        else:
            chunk = {"id": "c", "object": "chat.completion.chunk", "model": json.loads(body)["model"]}
            for choice in COMPLETION:
                self.send_event({**chunk, "choices": [{"index": 0, **choice}]})
            self.send_event("[DONE]")
        self.send_chunk(b"")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def serve(address: str, port: int, certificate: str) -> None:
    server = Server((address, port), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()


for address in ("203.0.113.5", "203.0.113.6", "192.168.20.30"):
    serve(address, 443, CERTIFICATE)
serve("203.0.113.5", 8443, CERTIFICATE)
serve("203.0.113.7", 443, IMPOSTOR)
(FOLDER / "ready").touch()
threading.Event().wait()
