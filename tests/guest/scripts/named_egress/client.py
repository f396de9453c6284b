"""Uses hosts from inside a service as ordinary programs do, none of which is told of a proxy. Prints `name: outcome`,
one per line. Usage: client.py NAME...
"""

import concurrent.futures
import errno
import hashlib
import http.client
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

TRUSTED = "/etc/ssl/certs/ca-certificates.crt"
HOST = "api.named.test"
MEGABYTE = bytes(range(256)) * 4096
context = ssl.create_default_context(cafile=TRUSTED)


def get(path: str, host: str = HOST) -> bytes:
    client = http.client.HTTPSConnection(host, timeout=60, context=context)
    client.request("GET", path)
    answer = client.getresponse()
    body = answer.read()
    client.close()
    return body if answer.status == 200 else b"status %d" % answer.status


def plain(host: str, port: str) -> str:
    client = http.client.HTTPConnection(host, int(port), timeout=6)
    client.request("GET", "/hello")
    return client.getresponse().read().decode().strip()


def said(*command: str) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return ran.stdout.strip() or f"exit {ran.returncode}: {ran.stderr.strip()[-300:]}"


def python() -> str:
    return get("/hello").decode().strip()


def curl() -> str:
    return said("curl", "--silent", "--show-error", "--fail", "--cacert", TRUSTED, f"https://{HOST}/hello")


def node() -> str:
    return said("node", "-e", f"fetch('https://{HOST}/hello').then((a) => a.text()).then(console.log)")


def websocket() -> str:
    return said(
        "node",
        "-e",
        f"const s = new WebSocket('wss://{HOST}/socket'); s.onopen = () => s.send('frame');"
        "s.onmessage = (m) => { console.log(m.data); process.exit() };",
    )


def git() -> str:
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(
            ["git", "-c", f"http.sslCAInfo={TRUSTED}", "clone", "-q", f"https://{HOST}/repository.git", folder],
            capture_output=True,
            text=True,
        )
        if ran.returncode != 0:
            return ran.stderr.strip()[-300:]
        with open(f"{folder}/file") as file:
            return file.read().strip()


def long_poll() -> str:
    return get("/poll").decode().strip()


def parallel() -> str:
    """A hundred connections that are open at the same time."""
    clients = [http.client.HTTPSConnection(HOST, timeout=60, context=context) for _ in range(100)]

    def ask(client: http.client.HTTPSConnection) -> bool:
        client.request("GET", "/bytes/1")
        return client.getresponse().read() == MEGABYTE

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda client: client.connect(), clients))
        good = sum(pool.map(ask, clients))
    return f"{good} of {len(clients)}"


def download() -> str:
    whole = get("/bytes/100")
    same = hashlib.sha256(whole).digest() == hashlib.sha256(MEGABYTE * 100).digest()
    return "100 MB" if same else f"{len(whole)} bytes"


def upload() -> str:
    client = http.client.HTTPSConnection(HOST, timeout=60, context=context)
    client.request("POST", "/sum", body=MEGABYTE * 50)
    same = client.getresponse().read().decode() == hashlib.sha256(MEGABYTE * 50).hexdigest()
    return "50 MB" if same else "other bytes"


def add_address() -> str:
    """Asks the kernel for another address of its network: rtnetlink(7), RTM_NEWADDR with an acknowledgement."""
    message = struct.pack("IHHII4BI", 24, 20, 5, 1, 0, socket.AF_INET, 32, 0, 0, 1)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        kernel.send(message)
        (number,) = struct.unpack_from("i", kernel.recv(4096), 16)
    return errno.errorcode.get(-number, "done")


def measure() -> str:
    def plain_connection() -> None:
        with socket.create_connection((HOST, 443), 10) as connection:
            context.wrap_socket(connection, server_hostname=HOST).close()

    plain_connection()
    times = []
    for _ in range(50):
        begun = time.perf_counter()
        plain_connection()
        times.append(time.perf_counter() - begun)
    begun = time.perf_counter()
    get("/bytes/100")
    rate = 100 / (time.perf_counter() - begun)
    return f"{sorted(times)[25] * 1000:.2f} ms for a TLS connection, {rate:.0f} MB/s"


for word in sys.argv[1:]:
    name, *arguments = word.split("|")
    try:
        outcome = globals()[name](*arguments)
    except Exception as error:
        outcome = f"{type(error).__name__}: {error}"
    print(f"{word}: {outcome}", flush=True)
