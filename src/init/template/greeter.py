"""Greets over HTTP, and keeps a guest book. Visitors show a token; /health answers everybody."""

import argparse
import hmac
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    settings = json.loads(parser.parse_args().config.read_text())
    token = os.environ["GREETER_TOKEN"]
    book = Path(os.environ["GREETER_DATA"]) / "guests"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/health":
                self.answer(200, "well")
            elif self.is_visitor():
                guests = book.read_text() if book.exists() else ""
                self.answer(200, f"{settings['greeting']}\n{guests}")

        def do_POST(self) -> None:
            if self.is_visitor():
                size = min(int(self.headers.get("Content-Length", 0)), 1000)
                name = self.rfile.read(size).decode(errors="replace")
                with book.open("a") as file:
                    file.write(" ".join(name.split()) + "\n")
                self.answer(200, "welcome")

        def is_visitor(self) -> bool:
            shown = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if hmac.compare_digest(shown.encode(), token.encode()):
                return True
            self.answer(401, "who are you?")
            return False

        def answer(self, status: int, text: str) -> None:
            body = f"{text}\n".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    ThreadingHTTPServer(("", settings["port"]), Handler).serve_forever()


main()
