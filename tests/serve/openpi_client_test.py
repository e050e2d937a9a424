"""The unmodified openpi-client from PyPI against `awd serve`.

usage: openpi_client_test.py AWD
"""
import signal
import subprocess
import sys
import unittest

import numpy as np
import websockets.exceptions
from openpi_client import action_chunk_broker, websocket_client_policy
from observations import observation
from server_process import ServerProcess

HORIZON, ACTION_DIM, REPLAN = 20, 7, 5  # the shipped policy's, and the test's choice
awd = None  # set in main()

# A client that says when it has sent its request and then waits for the reply.
LONELY_CLIENT = """
import sys
from openpi_client import msgpack_numpy, websocket_client_policy
from observations import observation
client = websocket_client_policy.WebsocketClientPolicy('127.0.0.1', int(sys.argv[1]))
client._ws.send(msgpack_numpy.packb(observation()))
print('sent', flush=True)
sys.stdin.read()
"""


def connect(server, **options):
    return websocket_client_policy.WebsocketClientPolicy("127.0.0.1", server.port, **options)


class PlainPolicy(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(ServerProcess(awd))

    def test_reply_is_openpis(self):
        client = connect(self.server)
        self.assertEqual(client.get_server_metadata()["awd"]["horizon"], HORIZON)
        for number in range(3):
            reply = client.infer(observation(number))
            self.assertEqual(reply["actions"].shape, (HORIZON, ACTION_DIM))
            self.assertEqual(reply["actions"].dtype, np.float64)
            self.assertTrue(np.isfinite(reply["actions"]).all())
            self.assertGreater(reply["policy_timing"]["infer_ms"], 0)
            self.assertGreaterEqual(reply["server_timing"]["infer_ms"], reply["policy_timing"]["infer_ms"])
            self.assertEqual("prev_total_ms" in reply["server_timing"], number > 0)
            self.assertFalse(reply["awd/decision"]["reuse"])

    def test_same_request_same_bits(self):
        first, second = connect(self.server), connect(self.server)
        expected = first.infer(observation(3))["actions"]
        np.testing.assert_array_equal(second.infer(observation(3))["actions"], expected)
        np.testing.assert_array_equal(first.infer(observation(3))["actions"], expected)

    def test_action_chunk_broker(self):
        broker = action_chunk_broker.ActionChunkBroker(connect(self.server), REPLAN)
        actions = [broker.infer(observation(number))["actions"] for number in range(2 * REPLAN + 1)]
        self.assertEqual({action.shape for action in actions}, {(ACTION_DIM,)})
        self.assertEqual(self.server.metric("awd_steps_total"), 3)

    def test_error_is_told_and_ends_only_this_client(self):
        other, client = connect(self.server), connect(self.server)
        bad = observation()
        del bad["observation/state"]
        with self.assertRaisesRegex(RuntimeError, "Error in inference server:\n.*key \"observation/state\": expected numbers"):
            client.infer(bad)
        self.assertEqual(other.infer(observation())["actions"].shape, (HORIZON, ACTION_DIM))
        self.assertEqual(self.server.metric("awd_errors_total"), 1)

    def test_floats_and_channels_first(self):
        client, plain = connect(self.server), observation()
        turned = {**plain, "observation/image": plain["observation/image"].transpose(2, 0, 1)}
        expected = client.infer(plain)["actions"]
        np.testing.assert_array_equal(client.infer(turned)["actions"], expected)
        large = {**plain, "observation/image": np.zeros((480, 640, 3), np.float32)}
        self.assertEqual(client.infer(large)["actions"].shape, (HORIZON, ACTION_DIM))

    def test_client_killed_mid_request(self):
        lonely = subprocess.Popen([sys.executable, "-c", LONELY_CLIENT, str(self.server.port)], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, cwd=sys.path[0])
        lonely.stdout.readline()
        lonely.kill()
        lonely.communicate()
        self.assertEqual(connect(self.server).infer(observation())["actions"].shape, (HORIZON, ACTION_DIM))

    def test_signals(self):
        client = connect(self.server)
        client.infer(observation())
        self.assertEqual(self.server.end(signal.SIGTERM), 0)
        with self.assertRaises(websockets.exceptions.ConnectionClosed):
            client.infer(observation())
        with ServerProcess(awd) as other:
            self.assertEqual(other.end(signal.SIGINT), 130)


class Reuse(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(ServerProcess(awd, "--gate", "awd-aligned", "--replan-steps", REPLAN))

    def test_reply_is_the_held_chunk_shifted(self):
        client = connect(self.server)
        first = client.infer(observation())["actions"]
        for age in range(REPLAN, HORIZON, REPLAN):
            reply = client.infer(observation())
            self.assertEqual(reply["awd/decision"]["reason"], "reuse")
            self.assertEqual(reply["awd/decision"]["age"], age)
            self.assertEqual(reply["awd/decision"]["rows"], HORIZON - age)
            np.testing.assert_array_equal(reply["actions"][: HORIZON - age], first[age:])
            np.testing.assert_array_equal(reply["actions"][HORIZON - age :], np.repeat(first[-1:], age, axis=0))
        self.assertEqual(client.infer(observation())["awd/decision"]["reason"], "horizon")

    def test_client_may_say_step_and_reset(self):
        client = connect(self.server)
        first = client.infer(observation(**{"awd/reset": 7, "awd/step": 0}))["actions"]
        reply = client.infer(observation(**{"awd/step": 3}))
        self.assertEqual(reply["awd/decision"]["age"], 3)
        np.testing.assert_array_equal(reply["actions"][0], first[3])
        self.assertEqual(client.infer(observation(**{"awd/reset": True}))["awd/decision"]["reason"], "first_step")

    def test_new_connection_and_jump_begin_an_episode(self):
        client = connect(self.server)
        client.infer(observation())
        self.assertEqual(connect(self.server).infer(observation())["awd/decision"]["reason"], "first_step")
        far = observation()
        far["observation/state"] = far["observation/state"] + 0.6
        self.assertEqual(client.infer(far)["awd/decision"]["reason"], "first_step")

    def test_broker_gets_scores_as_numbers(self):
        broker = action_chunk_broker.ActionChunkBroker(connect(self.server), REPLAN)
        for number in range(2 * REPLAN):
            last = broker.infer(observation(number))
        self.assertTrue(last["awd/decision"]["reuse"])
        self.assertIsInstance(last["awd/decision"]["scores"]["weighted_drift"], float)


class Key(unittest.TestCase):
    def test_key_is_checked(self):
        with ServerProcess(awd, "--api-key", "secret") as server:
            self.assertEqual(connect(server, api_key="secret").infer(observation())["actions"].shape, (HORIZON, ACTION_DIM))
            with self.assertRaisesRegex(Exception, "401"):
                connect(server, api_key="other")


if __name__ == "__main__":
    awd = sys.argv.pop(1)
    unittest.main(verbosity=2)
