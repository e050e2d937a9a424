"""Asks `awd serve` again and again, until standard input ends: client_loop.py PORT"""
import sys
import threading

from observations import observation
from openpi_client import websocket_client_policy

client = websocket_client_policy.WebsocketClientPolicy("127.0.0.1", int(sys.argv[1]))
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
number = 0
while not ended.wait(0.02):
    client.infer(observation(number))
    number += 1
