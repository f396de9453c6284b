"""Asks a provider's server from inside of a service, as the gateway does. Usage: client.py HOST NAME...

Prints `name: outcome`, one per line.
"""

import concurrent.futures
import hashlib
import http.client
import ssl
import sys
import time

HOST, *NAMES = sys.argv[1:]
MEGABYTE = bytes(range(256)) * 4096


context = ssl.create_default_context(cafile="/etc/ssl/certs/ca-certificates.crt")


def connection(secure: bool = False, patience: int = 60) -> http.client.HTTPConnection:
    if not secure:
        return http.client.HTTPConnection(HOST, timeout=patience)
    return http.client.HTTPSConnection(HOST, timeout=patience, context=context)


def get(path: str, secure: bool = False, patience: int = 60) -> str:
    client = connection(secure, patience)
    client.request("GET", path, headers={"X-Api-Key": "placeholder"})
    answer = client.getresponse()
    body = answer.read().decode()
    client.close()
    return body if answer.status == 200 else f"status {answer.status}"


def hello() -> str:
    return get("/hello")


def hasty() -> str:
    return get("/hello", patience=6)


def echo() -> str:
    return get("/echo")


def elsewhere() -> str:
    return get("/elsewhere")


def stream() -> str:
    """Whether the parts of a stream come as they are sent, a second apart."""
    client = connection()
    client.request("GET", "/stream")
    answer = client.getresponse()
    times = []
    while line := answer.readline():
        if line.startswith(b"data:"):
            times.append(time.monotonic())
    gaps = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    return "as sent" if len(gaps) == 2 and min(gaps) > 0.7 else f"gaps {gaps}"


def upload() -> str:
    client = connection()
    client.request("POST", "/sum", body=MEGABYTE * 50)
    same = client.getresponse().read().decode() == hashlib.sha256(MEGABYTE * 50).hexdigest()
    return "50 MB" if same else "other bytes"


def parallel() -> str:
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        good = sum(answer.startswith("hello") for answer in pool.map(lambda _: hello(), range(100)))
    return f"{good} of 100"


def argument(text: str) -> str:
    return get(f"/hello?{text}")


def measure(way: str = "") -> str:
    secure = way == "secure"
    get("/hello", secure)
    times = []
    for _ in range(50):
        begun = time.perf_counter()
        get("/hello", secure)
        times.append(time.perf_counter() - begun)
    return f"{sorted(times)[25] * 1000:.1f} ms for a request"


for word in NAMES:
    name, *arguments = word.split("|")
    try:
        outcome = globals()[name](*arguments)
    except Exception as error:
        outcome = f"{type(error).__name__}: {error}"
    print(f"{word}: {outcome}", flush=True)
