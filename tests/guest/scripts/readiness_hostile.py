"""Listens, and answers nobody: whoever connects waits for the kernel, because the queue is full."""

import os
import socket
import time

ADDRESS = ("127.0.0.1", int(os.environ["OPENCLAW_GATEWAY_PORT"]))

listener = socket.socket()
listener.bind(ADDRESS)
listener.listen(0)
waiting = [socket.socket() for _ in range(8)]
for client in waiting:
    client.setblocking(False)
    client.connect_ex(ADDRESS)
time.sleep(3600)
