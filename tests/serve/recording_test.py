"""`awd serve --record`: what it writes is what `awd report` reads, also after a server that was killed.

usage: recording_test.py AWD FOLDER     (the binary; a folder to record in, removed first)
"""
import json
import signal
import subprocess
import sys
import unittest

from observations import observation
from openpi_client import websocket_client_policy
from server_process import ServerProcess, fresh_folder

REPLAN = 5
awd, folder = None, None  # set in main()


def serve(place, *options):
    return ServerProcess(awd, "--gate", "awd-aligned", "--replan-steps", REPLAN, "--record", place, *options)


def play(server, episodes, requests=4):
    client = websocket_client_policy.WebsocketClientPolicy("127.0.0.1", server.port)
    for episode in range(episodes):
        for number in range(requests):
            client.infer(observation(number, **{"awd/reset": episode} if number == 0 else {}))


def lines(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def report(place):
    subprocess.run([awd, "report", place], check=True, stdout=subprocess.DEVNULL)
    return (place / "report.html").stat().st_size


class Recording(unittest.TestCase):
    def setUp(self):
        self.place = fresh_folder(folder) / "run"

    def test_run_directory(self):
        with serve(self.place) as server:
            play(server, episodes=3)
            self.assertEqual(server.end(), 0)
        episodes, steps = lines(self.place / "episodes.jsonl"), lines(self.place / "steps.jsonl")
        self.assertEqual([episode["seed"] for episode in episodes], [0, 1, 2])
        self.assertEqual([episode["steps"] for episode in episodes], [4, 4, 4])
        self.assertEqual([step["reason"] for step in steps], ["first_step", "reuse", "reuse", "reuse"] * 3)
        self.assertEqual([step["age"] for step in steps[:4]], [0, REPLAN, 2 * REPLAN, 3 * REPLAN])
        manifest = json.loads((self.place / "run.json").read_text())
        self.assertEqual(manifest["tasks"], ["put the red cube in the bin"])
        self.assertNotIn("api_key", manifest["options"])
        self.assertEqual(sorted(video.name for video in (self.place / "videos").iterdir()),
                         ["awd-aligned.mp4", "episode-00001.mp4", "episode-00002.mp4"])
        self.assertFalse((self.place / "shards").exists())
        self.assertGreater(report(self.place), 10_000)

    def test_server_killed_mid_record(self):
        with serve(self.place) as server:
            play(server, episodes=3)
            client = websocket_client_policy.WebsocketClientPolicy("127.0.0.1", server.port)
            client.infer(observation())
            while server.metric("awd_recorded_frames") < 12:  # the writer's thread is behind
                pass
            busy = subprocess.run([awd, "report", self.place], capture_output=True, text=True)
            self.assertEqual(busy.returncode, 2)
            self.assertIn("expected no other server at work there", busy.stderr)
            server.end(signal.SIGKILL)
        # A line that the kill has cut.
        with open(self.place / "shards/000/steps.jsonl", "a") as file:
            file.write('{"episode":3,"step":0,"ph')
        with serve(self.place) as server:
            play(server, episodes=1)
            self.assertEqual(server.end(), 0)
        killed = self.place.with_name("run.1")
        self.assertGreaterEqual(len(lines(killed / "episodes.jsonl")), 2)
        self.assertEqual(len(lines(self.place / "episodes.jsonl")), 1)
        self.assertGreater(report(killed), 10_000)
        self.assertGreater(report(self.place), 10_000)

    def test_report_finishes_what_a_killed_server_left(self):
        with serve(self.place) as server:
            play(server, episodes=2)
            while server.metric("awd_recorded_frames") < 8:
                pass
            server.end(signal.SIGKILL)
        self.assertGreater(report(self.place), 10_000)

    def test_nothing_served_leaves_nothing(self):
        with serve(self.place) as server:
            self.assertEqual(server.end(), 0)
        self.assertFalse(self.place.exists())

    def test_other_content_is_left_alone(self):
        self.place.mkdir()
        (self.place / "thesis.tex").write_text("all of it")
        done = subprocess.run(serve(self.place).command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("expected a new or empty folder", done.stderr)
        self.assertTrue((self.place / "thesis.tex").exists())


if __name__ == "__main__":
    folder = fresh_folder(sys.argv.pop(2))
    awd = sys.argv.pop(1)
    unittest.main(verbosity=2)
