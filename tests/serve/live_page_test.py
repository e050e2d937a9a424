"""The live page of `awd serve` in headless Chromium: it follows a client and shows what the server decides.

usage: live_page_test.py AWD CLIENT_PYTHON     (the binary; an interpreter that has openpi-client)
"""
import pathlib
import subprocess
import sys
import unittest

from selenium.webdriver.support.ui import Select, WebDriverWait

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "report"))
from browser import Browser  # noqa: E402
from server_process import ServerProcess  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT_S = 30
awd, client_python = None, None  # set in main()

# Mean colour of a camera's canvas, and whether importance is drawn on it.
CAMERA = """
const canvas = document.getElementById('camera-' + arguments[0]);
const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
let red = 0, blue = 0;
for (let i = 0; i < data.length; i += 4) { red += data[i]; blue += data[i + 2]; }
return {width: canvas.width, red: red * 4 / data.length, blue: blue * 4 / data.length, overlay: canvas.dataset.overlay}"""

# How much of the curve there is.
CURVE = """
const canvas = document.getElementById('curve');
return {points: Number(canvas.dataset.points), values: Number(canvas.dataset.values), width: canvas.width}"""


class LivePage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.driver = cls.enterClassContext(cls.keep_browser()).driver

    @classmethod
    def keep_browser(cls):
        cls.browser = Browser()
        return cls.browser

    def setUp(self):
        self.server = self.enterContext(ServerProcess(awd, "--gate", "awd-aligned", "--replan-steps", 5))
        self.client = self.start_client()
        self.driver.get("about:blank")  # the page of the test before asks for its server until it is left
        self.browser.messages()
        self.driver.get("http://127.0.0.1:%d/" % self.server.port)
        self.wait(lambda: self.text("status") == "live")

    def start_client(self):
        client = subprocess.Popen([client_python, HERE / "client_loop.py", str(self.server.port)], stdin=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(client.communicate)
        return client

    def wait(self, condition):
        return WebDriverWait(self.driver, TIMEOUT_S, poll_frequency=0.02).until(lambda _: condition())

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def text(self, name):
        return self.script("return document.getElementById(arguments[0]).textContent", name)

    def number(self):
        return int(self.script("return document.documentElement.dataset.number") or 0)

    def test_follows_the_requests(self):
        self.assertEqual(self.text("title"), "awd serve: tiny")
        self.assertEqual(self.text("prompt"), "put the red cube in the bin")
        first = self.number()
        self.wait(lambda: self.number() > first + 10)
        self.assertGreater(float(self.text("hz")), 1)
        verdicts = set()
        self.wait(lambda: verdicts.add((self.text("verdict"), self.text("reason"))) or
                  {("reuse", "reuse"), ("recompute", "horizon")} <= verdicts)
        rows = self.script("return [...document.getElementById('decisions').rows].map(r => [...r.cells].map(c => c.textContent))")
        steps = [int(row[0]) for row in rows]
        self.assertEqual(steps, sorted(steps, reverse=True))
        self.assertEqual({row[1] for row in rows}, {"reuse", "recompute"})
        self.assertEqual(self.browser.messages(), [])

    def test_cameras_with_and_without_importance(self):
        self.wait(lambda: self.script("return document.getElementById('camera-wrist') !== null"))
        with_overlay = self.script(CAMERA, "base")
        self.assertEqual(with_overlay["width"], 224)
        self.assertEqual(with_overlay["overlay"], "true")
        self.assertGreater(with_overlay["red"], with_overlay["blue"] + 1)
        self.script("document.getElementById('overlay').click()")
        self.wait(lambda: self.script(CAMERA, "base")["overlay"] == "false")
        plain = self.script(CAMERA, "base")
        self.assertAlmostEqual(plain["red"], plain["blue"], delta=0.01)  # the test's pictures are grey

    def test_curve_against_its_limit(self):
        self.wait(lambda: self.script(CURVE)["values"] > 10)
        self.assertEqual(self.text("limit"), "at most 1")
        self.assertEqual(Select(self.driver.find_element("id", "score")).first_selected_option.text, "weighted_drift")
        Select(self.driver.find_element("id", "score")).select_by_visible_text("state_drift")
        self.wait(lambda: self.text("limit") == "at most 0.23")

    def test_clients_do_not_mix_and_the_page_comes_back(self):
        self.start_client()
        self.wait(lambda: len(Select(self.driver.find_element("id", "client")).options) == 2)
        self.assertEqual(Select(self.driver.find_element("id", "client")).first_selected_option.text, "1")
        self.server.end()
        self.wait(lambda: self.text("status") == "not connected")


if __name__ == "__main__":
    client_python = sys.argv.pop(2)
    awd = sys.argv.pop(1)
    unittest.main(verbosity=2)
