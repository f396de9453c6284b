"""Stands in for a gateway that somebody has taken over: it does whatever its workspace says, as a model that was talked
into it does. Its only own behaviour is what units need of it: it listens, and says that it is ready.

`gateway`: if there is attacks/go in the workspace, it runs attacks/inside.py with what the file says, and removes it.
Other words (what an operator asks of it): it runs attacks/inside.py with what attacks/armed says, if that exists.
"""

import http.server
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

STATE = Path(os.environ["OPENCLAW_STATE_DIR"])
FOLDER = STATE / "workspace" / "attacks"


class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ready\n")

    def log_message(self, *_: object) -> None:
        pass


def attack(orders: Path) -> None:
    subprocess.run([sys.executable, "-I", str(FOLDER / "inside.py"), str(orders)], check=False)


def serve(port: int) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Ready)
    threading.Thread(target=server.serve_forever, daemon=True).start()


if sys.argv[1:2] == ["gateway"]:
    words = sys.argv[1:]
    port = words[words.index("--port") + 1] if "--port" in words else os.environ["OPENCLAW_GATEWAY_PORT"]
    serve(int(port))
    # What it says when it starts goes wherever the unit sends it.
    if (FOLDER / "says").is_file():
        sys.stdout.write((FOLDER / "says").read_text())
        sys.stdout.flush()
    go = FOLDER / "go"
    while True:
        if go.is_file():
            attack(go)
            go.unlink()
        time.sleep(0.05)
elif (FOLDER / "armed").is_file():
    attack(FOLDER / "armed")
else:
    print("ok")
