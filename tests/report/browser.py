"""Headless Chromium for the page test: one session, every console message and every request on record."""
import json
import shutil
import sys
import tempfile

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
except ImportError:
    sys.exit("expected Selenium for this Python (Debian package python3-selenium; ./dev setup installs it), got none")

ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--window-size=1280,900",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio",
]


class Browser:
    """A context manager; `driver` is Selenium's. The profile is a folder of its own, the port is chosen by the driver."""

    def __enter__(self):
        chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
        if chromium is None or driver is None:
            sys.exit("expected chromium and chromedriver on the PATH (Debian packages chromium, chromium-driver; "
                     "./dev setup installs them), got chromium: %s, chromedriver: %s" % (chromium, driver))
        self.profile = tempfile.mkdtemp(prefix="awd-browser-")
        options = Options()
        options.binary_location = chromium
        for argument in [*ARGUMENTS, "--user-data-dir=" + self.profile]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        try:
            self.driver = webdriver.Chrome(service=Service(driver), options=options)
        except Exception:
            shutil.rmtree(self.profile, ignore_errors=True)
            raise
        self.driver.set_page_load_timeout(60)
        return self

    def __exit__(self, *_):
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)

    def messages(self):
        """Console messages and errors since the last call."""
        return ["%s: %s" % (entry["level"], entry["message"]) for entry in self.driver.get_log("browser")]

    def requests(self):
        """Addresses asked for since the last call."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
