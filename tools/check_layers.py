#!/usr/bin/env python3
"""Compares every #include and every CMake target's edges with the folder table in docs/architecture.md.

Exit code 1 and one line per violation; 0 when all edges are allowed.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def read_table():
    """{folder: set of folders it may include} from the rows "| `folder` | a, b |"."""
    rows = re.findall(r"^\| `((?:src|include|python)/[\w/]+)` \| ([^|]+) \|", (ROOT / "docs/architecture.md").read_text(), re.M)
    if len(rows) < 8:
        sys.exit("[docs/architecture.md] expected the folder table, got %d rows" % len(rows))
    table = {}
    for folder, allowed in rows:
        names = [name.strip() for name in allowed.split(",")]
        table[folder] = {n if n.startswith("include") else "src/" + n for n in names if "standard" not in n}
    return table


def folder_of(path, table):
    """The longest table folder that holds `path` (relative to the root), or None."""
    matches = [folder for folder in table if path.startswith(folder + "/")]
    return max(matches, key=len, default=None)


def check_includes(table):
    problems = []
    sources = [path for suffix in ("cc", "h", "cu", "cuh") for path in ROOT.glob(f"src/**/*.{suffix}")]
    sources += [path for suffix in ("cc", "h") for path in ROOT.glob(f"python/src/*.{suffix}")]
    for path in sorted([*sources, *ROOT.glob("include/**/*.h")]):
        relative = path.relative_to(ROOT).as_posix()
        here = folder_of(relative, table)
        if here is None:
            problems.append(f"{relative}: folder is not in the table of docs/architecture.md")
            continue
        is_test = relative.endswith(("_test.cc", "_test.cu"))
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'\s*#include\s+(["<])([^">]+)[">]', line)
            if not match:
                continue
            quoted, target = match[1] == '"', match[2]
            if target.startswith("../") or "/../" in target:
                problems.append(f"{relative}:{number}: include path must start at the source root: {target}")
            if here == "include/awd" and not target.startswith("awd/") and ("/" in target or target.endswith(".h")):
                problems.append(f"{relative}:{number}: public headers include the standard library only: {target}")
            if not quoted:
                continue
            there = folder_of(("include/" if target.startswith("awd/") else "src/") + target, table)
            if there is None or there == here or there in table[here] or is_test:
                continue
            problems.append(f"{relative}:{number}: {here} may not include {there} ({target})")
    return problems


def check_targets(table):
    """awd_folder(NAME DEPS awd_a awd_b ...) may only name folders of its row."""
    problems = []
    for path in sorted(ROOT.glob("src/*/**/CMakeLists.txt")):
        here = path.parent.relative_to(ROOT).as_posix()
        for dependencies in re.findall(r"\b(?:DEPS|PRIVATE_DEPS)\b([^)]*)", path.read_text()):
            for name in re.findall(r"\bawd_(\w+)", dependencies):
                there = next((f for f in table if f.replace("src/", "").replace("/", "_") == name), None)
                if there and there != here and here in table and there not in table[here]:
                    problems.append(f"{here}/CMakeLists.txt: {here} may not link {there}")
    return problems


def main():
    table = read_table()
    problems = check_includes(table) + check_targets(table)
    print("\n".join(problems) if problems else f"layers: {len(table)} folders, no forbidden edge")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
