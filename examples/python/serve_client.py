"""The unmodified client of openpi against `awd serve`: one connection per robot, pictures and state in, actions out.

Usage: awd serve --gate awd-aligned --replan-steps 4 &
       python examples/python/serve_client.py --port 8000        (pip install openpi-client typing-extensions)
"""

import argparse

import awd
import numpy as np
from openpi_client.action_chunk_broker import ActionChunkBroker
from openpi_client.websocket_client_policy import WebsocketClientPolicy


def observe():
    """What the robot sees; here nothing moves. The names are those of openpi's LIBERO policy."""
    return {
        "observation/image": np.full((224, 224, 3), 128, np.uint8),
        "observation/wrist_image": np.full((224, 224, 3), 100, np.uint8),
        "observation/state": np.array([0.46, 0, 0.4, 0, 0, 0, 0.04, 0.04], np.float32),
        "prompt": "put the red cube in the bin",
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--wrap", action="store_true", help="reuse on this side, around a server of any make")
    arguments = parser.parse_args()

    if arguments.wrap:
        # [wrap]
        client = WebsocketClientPolicy(arguments.host, arguments.port)
        policy = awd.wrap(client, "awd-aligned", returns="action")  # in place of the broker; reuse needs no network
        # [end]
    else:
        # [client]
        client = WebsocketClientPolicy(arguments.host, arguments.port)
        policy = ActionChunkBroker(client, action_horizon=4)  # asks every 4th step: awd serve --replan-steps 4
        # [end]
    for step in range(arguments.steps):
        result = policy.infer(observe())
        print(f"step {step:2d}  {result['awd/decision']['reason']:10s}  dx {result['actions'][0]:+.3f}")


if __name__ == "__main__":
    main()
