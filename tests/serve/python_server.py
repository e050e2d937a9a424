"""A policy server with openpi's protocol and nothing of AWD: empty metadata, chunks of zeros. Prints its port.

usage: python_server.py ROWS [ERROR]     (the rows of a chunk; with ERROR every request is answered with that text)
"""
import asyncio
import sys

import numpy as np
from openpi_client import msgpack_numpy
from websockets.asyncio.server import serve

EXPECTED = {"observation/image", "observation/wrist_image", "observation/state", "prompt"}
rows, error = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None


async def answer(socket):
    await socket.send(msgpack_numpy.packb({}))
    async for message in socket:
        request = msgpack_numpy.unpackb(message)
        assert EXPECTED <= set(request) and request["observation/image"].shape == (224, 224, 3)
        if error:
            await socket.send(error)
            return
        await socket.send(msgpack_numpy.packb({"actions": np.zeros((rows, 7)), "server_timing": {"infer_ms": 0.0}}))


async def main():
    async with serve(answer, "127.0.0.1", 0, compression=None, max_size=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


asyncio.run(main())
