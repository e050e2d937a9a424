"""`awd eval --remote`: our simulator with the actions of a policy server, AWD's own and one that knows nothing of AWD.

usage: remote_eval_test.py AWD FOLDER     (the binary; a folder for run directories, removed first)
"""
import json
import pathlib
import subprocess
import sys
import unittest

from server_process import ServerProcess, fresh_folder

HERE = pathlib.Path(__file__).resolve().parent
awd, folder = None, None  # set in main()


def evaluate(name, *options, max_steps=12):
    """Runs one short evaluation; the finished process and the steps it logged."""
    out = folder / name
    done = subprocess.run([awd, "eval", "--tasks", "put_red_cube", "--trials", "1", "--max-steps", str(max_steps), "--no-video",
                           "--processes", "1", "--out", out, *options], capture_output=True, text=True)
    log = out / "steps.jsonl"
    return done, [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


class RemoteEvaluation(unittest.TestCase):
    def python_server(self, *arguments):
        process = subprocess.Popen([sys.executable, HERE / "python_server.py", *map(str, arguments)], stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return "ws://127.0.0.1:%d" % int(process.stdout.readline())

    def test_our_server_gives_what_the_checkpoint_gives(self):
        with ServerProcess(awd) as server:
            done, remote = evaluate("remote", "--remote", "ws://127.0.0.1:%d" % server.port, "--arms", "fixed:5,none")
        self.assertEqual(done.returncode, 0, done.stderr)
        _, local = evaluate("local", "--arms", "fixed:5,none")
        self.assertEqual([step["action"] for step in remote], [step["action"] for step in local])
        self.assertEqual([step["reason"] for step in remote], [step["reason"] for step in local])

    def test_gate_at_the_server_decides_as_one_in_the_process(self):
        options = ["--scenario", "nudge"]  # joints and robot masks go over the wire, too
        with ServerProcess(awd, "--gate", "awd-guarded", "--replan-steps", 1) as server:
            url = "ws://127.0.0.1:%d" % server.port
            done, remote = evaluate("guarded", "--remote", url, "--arms", "none", *options, max_steps=40)
            reuse_rate = server.metric("awd_reuse_rate")
        self.assertEqual(done.returncode, 0, done.stderr)
        _, local = evaluate("guarded-local", "--arms", "awd-guarded", *options, max_steps=40)
        self.assertEqual([step["action"] for step in remote], [step["action"] for step in local])
        self.assertGreater(reuse_rate, 0.5)

    def test_any_openpi_server(self):
        done, steps = evaluate("python", "--remote", self.python_server(10))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([step["step"] for step in steps if step["verdict"] == "recompute"], [0, 5, 10])  # fixed:5
        self.assertTrue(all(step["action"] == [0] * 7 for step in steps))
        self.assertEqual(json.loads((folder / "python/run.json").read_text())["policy"]["horizon"], 10)

    def test_gate_at_the_client(self):
        done, steps = evaluate("gate", "--remote", self.python_server(10), "--arms", "awd-aligned")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("reuse", {step["verdict"] for step in steps})
        done, _ = evaluate("mode", "--remote", self.python_server(10), "--arms", "awd-restart")
        self.assertEqual(done.returncode, 2)
        self.assertIn("expected mode aligned", done.stderr)

    def test_what_goes_wrong_is_told(self):
        done, _ = evaluate("error", "--remote", self.python_server(10, "Traceback: no policy"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("expected actions, got the error: Traceback: no policy", done.stderr)
        done, _ = evaluate("absent", "--remote", "ws://127.0.0.1:1")
        self.assertEqual(done.returncode, 2)
        self.assertIn("[server ws://127.0.0.1:1] expected an openpi policy server", done.stderr)
        done, _ = evaluate("form", "--remote", "localhost:8000")
        self.assertEqual(done.returncode, 2)
        self.assertIn("expected ws://HOST:PORT", done.stderr)


if __name__ == "__main__":
    folder = fresh_folder(sys.argv.pop(2))
    awd = sys.argv.pop(1)
    unittest.main(verbosity=2)
