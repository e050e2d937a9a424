"""`awd serve` as a process of its own, for the tests of this folder."""
import pathlib
import re
import shutil
import signal
import subprocess
import urllib.request

TIMEOUT_S = 60


class ServerProcess:
    """A context manager; `port` is where it listens, `log` what it wrote to stderr once it has ended."""

    def __init__(self, awd, *options):
        self.command = [str(awd), "serve", "--port", "0", "--threads", "1", *map(str, options)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.match(r"awd serve: wss?://[\d.]+:(\d+) ", line)
        if not found:
            raise AssertionError("expected the address, got %r and %s" % (line, self.process.communicate()[1]))
        self.port = int(found[1])
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def end(self, number=signal.SIGTERM):
        """Sends a signal and waits; the exit code."""
        self.process.send_signal(number)
        self.log = self.process.communicate(timeout=TIMEOUT_S)[1]
        return self.process.returncode

    def get(self, path):
        with urllib.request.urlopen("http://127.0.0.1:%d%s" % (self.port, path), timeout=TIMEOUT_S) as response:
            return response.read().decode()

    def metric(self, name):
        """Sum of a metric's values over its labels."""
        lines = [line for line in self.get("/metrics").splitlines() if re.match(re.escape(name) + r"[{ ]", line)]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


def fresh_folder(path):
    shutil.rmtree(path, ignore_errors=True)
    pathlib.Path(path).mkdir(parents=True)
    return pathlib.Path(path)
