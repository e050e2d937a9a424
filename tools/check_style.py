#!/usr/bin/env python3
"""House rules that clang-format and clang-tidy do not know: file length, purpose comments, paths, leftovers.

Exit code 1 and one line per violation.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_LINES = 600
SOURCE = (".cc", ".h", ".cu", ".cuh", ".py")
MACHINE_PATH = re.compile(r"(?<![\w.$\"'])/(work|root|home|mnt|farm|tmp)/[\w.-]+")
LEFTOVER = re.compile(r"\b(FIXME|XXX|HACK)\b|#if 0\b")


def tracked_files():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / line for line in out.stdout.splitlines() if (ROOT / line).is_file()]


def problems_of(path):
    relative = path.relative_to(ROOT).as_posix()
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        return
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if MACHINE_PATH.search(line) and relative != "tools/check_style.py":
            yield f"{relative}:{number}: path of one machine: {line.strip()[:80]}"
        if path.suffix in SOURCE and LEFTOVER.search(line) and relative != "tools/check_style.py":
            yield f"{relative}:{number}: leftover: {line.strip()[:80]}"
    if path.suffix not in SOURCE or not lines:
        return
    if len(lines) > MAX_LINES:
        yield f"{relative}: {len(lines)} lines, at most {MAX_LINES}"
    if path.suffix in (".cc", ".h", ".cu", ".cuh") and not lines[0].startswith("//"):
        yield f"{relative}:1: the first line must say what the file is for"
    if path.suffix in (".h", ".cuh") and "#pragma once" not in text:
        yield f"{relative}: no #pragma once"


def main():
    files = tracked_files()
    problems = [p for path in files for p in problems_of(path)]
    print("\n".join(problems) if problems else f"style: {len(files)} files, nothing to say")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
