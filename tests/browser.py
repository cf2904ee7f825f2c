"""A page opened in headless Chromium: what its console says, what it is made of, and how it looks."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# No address is found: not those of the page, nor those that the browser asks of itself.
OFFLINE = ["--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking", "--disable-component-update"]
QUIET = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr", "--v=0", "--no-first-run"]


@dataclass(frozen=True)
class Opened:
    """`console` are the lines that the page wrote, `dom` is the page after its scripts, `png` its picture."""

    console: list[str]
    dom: str
    png: Path


def chromium() -> str:
    """The browser; a test that needs it is skipped where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(NAMES)}): pages are not opened")
    return found


def open_page(page: Path, folder: Path, *, width: int = 1400, height: int = 1000, scripts: bool = True) -> Opened:
    """Open a page from disk in a window of this size; `folder` takes the picture and the browser's own files."""
    png = folder / f"{page.stem}_{width}.png"
    profile = f"--user-data-dir={folder / 'browser'}"
    command = [chromium(), "--headless", profile, *QUIET, *OFFLINE, f"--window-size={width},{height}"]
    command += [] if scripts else ["--blink-settings=scriptEnabled=false"]
    command += ["--virtual-time-budget=5000", f"--screenshot={png}", "--dump-dom", page.as_uri()]
    home = os.environ | {"HOME": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=home)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return Opened(console, done.stdout, png)
