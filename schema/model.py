"""A stand-in for a language model, which answers as the test tells it to.

Usage: model PORT RESULTS STEPS

Speaks as much of the OpenAI completions protocol as a gateway needs. STEPS is a JSON list with one step
for each request: `{"exec": COMMAND}` calls the tool that runs commands, `{"say": TEXT}` answers;
`"after": SECONDS` waits first. The file RESULTS holds the results of the tools so far, as a JSON list.
"""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

PORT, RESULTS, STEPS = sys.argv[1:]
steps = iter(json.loads(STEPS))


def delta(step: dict[str, Any]) -> dict[str, Any]:
    if "exec" not in step:
        return {"role": "assistant", "content": step["say"]}
    arguments = json.dumps({"command": step["exec"], "timeoutSeconds": 60})
    call = {"name": "exec", "arguments": arguments}
    return {
        "role": "assistant",
        "tool_calls": [{"index": 0, "id": "call", "type": "function", "function": call}],
    }


class Model(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        results = [message["content"] for message in request["messages"] if message["role"] == "tool"]
        Path(RESULTS).write_text(json.dumps(results))
        step = next(steps, {"say": "that is all"})
        time.sleep(step.get("after", 0))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        reason = "tool_calls" if "exec" in step else "stop"
        for choice in ({"delta": delta(step)}, {"delta": {}, "finish_reason": reason}):
            chunk = {
                "id": "chunk",
                "object": "chat.completion.chunk",
                "model": request["model"],
                "choices": [{"index": 0, **choice}],
            }
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")


HTTPServer(("127.0.0.1", int(PORT)), Model).serve_forever()
