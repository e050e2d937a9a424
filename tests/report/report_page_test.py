"""The page of `awd report` as a reader meets it: it loads alone, sorts, scrubs, and says what the run directory says.

usage: report_page_test.py AWD FOLDER     (the binary; a folder to make run directories in, removed first)
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from browser import Browser
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{data}}"
TIMEOUT_S = 30
awd, folder = None, None  # set in main()

# Whether the player has arrived at a step, its video included.
IS_AT = """
const player = document.getElementById('player'), video = document.querySelector('video');
return Number(player.dataset.step) === arguments[0] && !video.seeking && video.readyState >= 2"""

# What the player shows, in numbers and words.
SHOWN = """
const text = (id) => document.getElementById(id).innerText;
const box = document.querySelector('.strip .reasons').getBoundingClientRect();
const cursor = document.querySelector('.cursor').getBoundingClientRect();
return {
  episode: Number(document.getElementById('player').dataset.episode), verdict: text('step-verdict'),
  reason: document.getElementById('step-reason').dataset.reason, phase: text('step-phase'), age: parseInt(text('step-age')),
  scores: [...document.querySelectorAll('[data-score]')].map((row) => [row.dataset.score, row.cells[1].innerText]),
  n: Number(document.getElementById('step').max) + 1, slider: Number(document.getElementById('step').value),
  cursor: cursor.left + cursor.width / 2, left: box.left, right: box.right,
  frame: 20 * document.querySelector('video').currentTime,
}"""

# Keys that a table is sorted by, of one column in the order of rows; what is not known is left out.
COLUMN = """
return [...document.getElementById(arguments[0]).tBodies[0].rows].map((row) => row.cells[arguments[1]])
  .filter((cell) => cell.querySelector('.value').textContent !== '–')
  .map((cell) => (cell.dataset.number === undefined ? cell.textContent : Number(cell.dataset.number)))"""


def run_awd(*arguments):
    subprocess.run([awd, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def make_run():
    """Three arms in two scenarios for 16 steps, with videos."""
    run_awd("eval", "--arms", "none,fixed:20,awd-guarded", "--tasks", "put_red_cube", "--trials", 1, "--max-steps", 16,
            "--scenario", "clean,nudge", "--processes", 1, "--out", folder / "run")
    return folder / "run"


def copy_run(name, change):
    """The run directory with `change(file name, text)` for every log and JSON file."""
    copy = folder / name
    shutil.copytree(folder / "run", copy, ignore=shutil.ignore_patterns("report*", "figures"))
    for file in copy.glob("*.json*"):
        text = change(file.name, file.read_text())
        if text is None:
            file.unlink()
        else:
            file.write_text(text)
    return copy


class ReportPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.run_folder = make_run()
        run_awd("report", cls.run_folder)
        run_awd("report", cls.run_folder, "--format", "md")
        cls.results = json.loads((cls.run_folder / "results.json").read_text())["arms"]
        steps = map(json.loads, (cls.run_folder / "steps.jsonl").read_text().splitlines())
        cls.log_of = {(step["episode"], step["step"]): step for step in steps}
        cls.browser = cls.enterClassContext(Browser())
        cls.driver = cls.browser.driver

    def setUp(self):
        self.open(self.run_folder)

    def tearDown(self):
        self.assertEqual(self.browser.messages(), [])

    def open(self, run):
        self.browser.requests()
        self.driver.get((run / "report.html").as_uri())
        self.wait(lambda: self.script("return document.documentElement.dataset.ready === 'true'"))

    def wait(self, condition):
        return WebDriverWait(self.driver, TIMEOUT_S, poll_frequency=0.02).until(lambda _: condition())

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def cells(self, table, selector):
        """Texts of a table's body cells, row by row."""
        return self.script("return [...document.getElementById(arguments[0]).tBodies[0].rows].map(r => [...r.cells].map("
                           "c => (c.querySelector(arguments[1]) ?? {textContent: ''}).textContent))", table, selector)

    def show_player(self):
        self.script("document.getElementById('player').scrollIntoView()")
        self.script("document.getElementById('player').focus()")

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def choose(self, **choices):
        for key in ("scenario", "arm", "task", "trial"):
            if key in choices:
                Select(self.find("[data-choice=%s]" % key)).select_by_visible_text(choices[key])

    def expect_step(self, step):
        """Text, slider, cursor and video are at `step`."""
        self.wait(lambda: self.script(IS_AT, step))
        shown = self.script(SHOWN)
        log = self.log_of[shown["episode"], step]
        for key in ("verdict", "reason", "phase", "age"):
            self.assertEqual(shown[key], log[key])
        for name, text in shown["scores"]:
            if name in log:
                self.assertAlmostEqual(float(text), log[name], delta=0.006 * abs(log[name]) + 1e-12, msg=name)
            else:
                self.assertEqual(text, "–", name)
        middle = shown["left"] + (step + 0.5) / shown["n"] * (shown["right"] - shown["left"])
        self.assertAlmostEqual(shown["cursor"], middle, delta=1)
        self.assertTrue(step < shown["frame"] < step + 1, "step %d, video at frame %g" % (step, shown["frame"]))

    def expect_no_requests_but(self, page):
        """Since open(); what the page makes itself (blob:, data:) is no request to anybody."""
        requests = self.browser.requests()
        self.assertIn(page.as_uri(), requests)
        self.assertEqual([r for r in requests if r != page.as_uri() and not r.startswith(("blob:", "data:"))], [])

    def test_loads_alone(self):
        self.show_player()
        self.expect_step(0)
        self.expect_no_requests_but(self.run_folder / "report.html")
        self.assertGreater(self.script("return document.querySelectorAll('canvas').length"), 10)

    def test_headline_is_results_json(self):
        self.assertEqual(len(self.cells("headline-table", ".value")), len(self.results))
        titles = [c.text.strip() for c in self.driver.find_elements(By.CSS_SELECTOR, "#headline-table thead button")]
        at = {title: i for i, title in enumerate(titles)}
        values, intervals = self.cells("headline-table", ".value"), self.cells("headline-table", ".interval")
        for row, interval, arm in zip(values, intervals, self.results):
            self.assertEqual(row[:2], [arm["scenario"], arm["name"]])
            self.assertEqual(row[at["solved"]], "%d/%d" % (arm["successes"], arm["episodes"]))
            self.assertEqual(row[at["success %"]], "%.1f" % (100 * arm["success_rate"]))
            self.assertEqual(interval[at["success %"]], "[%.1f, %.1f]" % tuple(100 * end for end in arm["ci95"]))
            self.assertEqual(row[at["queries/step"]], "%.3f" % arm["full_queries_per_step"])
            self.assertEqual(row[at["reuse %"]], "%.1f" % (100 * arm["reuse_rate"]))
            self.assertEqual(row[at["steps"]], "%.0f" % arm["steps_per_episode"])
            self.assertEqual(row[at["Hz"]], "%.0f" % arm["hz"])
            self.assertEqual(row[at["full ms"]], "%.2f" % arm["latency_ms"]["full"]["p50"])
        pairs = [(arm, other) for arm in self.results for other in arm["comparisons"]]
        rows, intervals = self.cells("paired-table", ".value"), self.cells("paired-table", ".interval")
        for row, interval, (arm, other) in zip(rows, intervals, pairs):
            self.assertEqual(row[:4], [arm["scenario"], arm["name"], other["vs"], "%+.1f" % (100 * other["diff"])])
            self.assertEqual(interval[3], "[%+.1f, %+.1f]" % tuple(100 * end for end in other["ci95"]))
            self.assertEqual([int(c) for c in row[5:]],
                             [other[k] for k in ("pairs", "both", "only_this", "only_vs", "neither")])

    def test_markdown_agrees(self):
        text = (self.run_folder / "report.md").read_text()
        tables = {title: body for title, body in re.findall(r"^## (.+)\n\n((?:\|.*\n)+)", text, re.M)}
        for table in ("headline-table", "paired-table", "task-table", "reason-table"):
            caption = self.script("return document.getElementById(arguments[0]).caption.textContent", table)
            rows = [line.strip("|").split("|") for line in tables[caption].splitlines()[2:]]
            got = [[cell.strip() for cell in row] for row in rows]
            pairs = zip(self.cells(table, ".value"), self.cells(table, ".interval"))
            self.assertEqual(got, [[" ".join(filter(None, cell)) for cell in zip(*pair)] for pair in pairs])

    def test_tables_sort_by_every_column(self):
        self.script("for (const details of document.querySelectorAll('details')) details.open = true")
        for table in ("headline-table", "paired-table", "reason-table"):
            headers = self.driver.find_elements(By.CSS_SELECTOR, "#%s thead th" % table)
            for column, header in enumerate(headers):
                orders = {}
                for _ in range(2):
                    header.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)  # as with the keyboard
                    order = header.get_attribute("aria-sort")
                    orders[order] = self.script(COLUMN, table, column)
                self.assertEqual(sorted(orders), ["ascending", "descending"])
                self.assertEqual(orders["ascending"], sorted(orders["ascending"]), "%s, column %d" % (table, column))
                self.assertEqual(orders["descending"], sorted(orders["ascending"], reverse=True))

    def test_player_follows_the_keys(self):
        self.show_player()
        self.choose(scenario="clean", arm="awd-guarded")
        self.show_player()
        self.expect_step(0)
        last = int(self.find("#step").get_attribute("max"))
        for step in range(1, last + 1):
            self.press(Keys.ARROW_RIGHT)
            self.expect_step(step)
        self.press(Keys.ARROW_RIGHT)
        self.expect_step(last)
        self.press(Keys.HOME)
        ActionChains(self.driver).key_down(Keys.SHIFT).send_keys(Keys.ARROW_RIGHT).key_up(Keys.SHIFT).perform()
        self.expect_step(10)
        self.press(Keys.ARROW_LEFT)
        self.expect_step(9)
        self.press(Keys.END)
        self.expect_step(last)

    def test_player_follows_the_mouse(self):
        self.show_player()
        strip = self.find(".strip .reasons")
        self.script("arguments[0].scrollIntoView({block: 'center'})", strip)
        n, width = int(self.find("#step").get_attribute("max")) + 1, strip.size["width"]
        offset = lambda step: int((step + 0.5) / n * width - width / 2)
        ActionChains(self.driver).move_to_element_with_offset(strip, offset(3), 0).click_and_hold().perform()
        self.expect_step(3)
        ActionChains(self.driver).move_to_element_with_offset(strip, offset(11), 0).perform()
        self.expect_step(11)
        ActionChains(self.driver).release().move_to_element_with_offset(strip, offset(5), 0).perform()
        self.expect_step(11)

    def test_player_plays_and_changes_episodes(self):
        self.show_player()
        self.press(Keys.SPACE)
        last = int(self.find("#step").get_attribute("max"))
        self.wait(lambda: self.find("#player").get_attribute("data-step") == str(last))
        self.wait(lambda: self.find("#play").text == "Play")
        for scenario in ("clean", "nudge"):
            for arm in ("none", "fixed:20", "awd-guarded"):
                self.choose(scenario=scenario, arm=arm)
                self.expect_step(0)

    def test_dark_and_light(self):
        paper = lambda: self.script("return getComputedStyle(document.body).backgroundColor")
        group = lambda: self.script("const canvas = document.querySelector('#reason-charts canvas');"
                                    "return Chart.getChart(canvas).data.datasets[1].backgroundColor")
        before = paper(), group()
        self.find("#theme").click()
        self.assertEqual(self.find("#theme").get_attribute("aria-pressed"), "true")
        self.assertTrue(all(a != b for a, b in zip(before, (paper(), group()))))
        self.find("#theme").click()
        self.assertEqual(before, (paper(), group()))
        dark = {"name": "prefers-color-scheme", "value": "dark"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [dark]})
        self.wait(lambda: paper() != before[0])
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

    def test_narrow_screen_and_paper(self):
        phone = {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
        self.wait(lambda: self.script("return innerWidth") == 400)
        self.wait(lambda: self.script("return document.documentElement.scrollWidth") <= 400)  # charts follow a frame later
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        self.assertFalse(self.find("#player").is_displayed())
        self.assertTrue(self.find("#headline-table").is_displayed())
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})

    def test_without_steps(self):
        run = copy_run("no_steps", lambda name, text: None if name == "steps.jsonl" else text)
        run_awd("report", run)
        self.open(run)
        self.assertIn("no steps.jsonl", self.find("#player").text)
        self.assertEqual(len(self.cells("headline-table", ".value")), len(self.results))

    def test_hostile_names(self):
        word = json.dumps(HOSTILE)
        run = copy_run("hostile", lambda _, text: text.replace('"awd-guarded"', word))
        run_awd("report", run)
        self.open(run)
        self.expect_no_requests_but(run / "report.html")
        self.assertIn(HOSTILE, [row[1] for row in self.cells("headline-table", ".value")])
        self.assertEqual(self.script("return document.images.length"), 0)
        self.show_player()
        self.choose(scenario="clean", arm=HOSTILE)
        self.wait(lambda: self.script(IS_AT, 0))


def main():
    global awd, folder
    awd, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    unittest.main(argv=sys.argv[:1])


if __name__ == "__main__":
    main()
