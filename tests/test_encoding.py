"""Files are read and written in UTF-8 and prints survive, whatever the locale."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from trainer.cli import main

ROOT = Path(__file__).parents[1]
SOURCES = [
    path
    for package in ("fascore", "trainer", "dashboard", "benchmarks")
    for path in sorted((ROOT / package).rglob("*.py"))
]
ASCII = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def names_no_encoding(call: ast.Call) -> bool:
    """Whether a call reads or writes a text file in the locale's encoding; ruff sees `open`."""
    text = getattr(call.func, "attr", "") in ("read_text", "write_text")
    return text and not any(keyword.arg == "encoding" for keyword in call.keywords)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_text_is_opened_in_a_named_encoding(path):
    calls = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Call)]
    assert [node.lineno for node in calls if names_no_encoding(node)] == []


@pytest.mark.parametrize("locale", [ASCII, {**ASCII, "PYTHONIOENCODING": "iso-8859-1"}])
def test_any_name_survives_a_locale_without_it(tmp_path, locale):
    root = tmp_path / "mine"
    (root / "live").mkdir(parents=True)
    picture = Image.new("RGB", (64, 64), (120, 90, 60))
    names = ["é.png", "脸.png", os.fsdecode(b"caf\xe9.png")]
    for name in names:
        picture.save(root / "live" / name)
    (root / "live/ü.txt").write_text("")
    command = [sys.executable, "-m", "trainer", "prepare", "--root", str(root), "--jobs", "1"]
    command += ["--out", str(tmp_path / "b"), "--protocol", "test", "--without-face", "whole"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    done = subprocess.run(command, cwd=ROOT, env={**environment, **locale}, capture_output=True)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    lines = (tmp_path / "b/samples.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert sorted(line.split(",")[0] for line in lines) == [
        "live/caf\\xe9.png", "live/é.png", "live/脸.png",
    ]  # fmt: skip


def test_a_message_with_letters_the_terminal_lacks_is_printed(tmp_path):
    command = [sys.executable, "-m", "trainer", "prepare", "--root", "niemand-脸", "--out", "b"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **ASCII}, capture_output=True)
    assert done.returncode == 2 and b"Expected a path in UTF-8" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_root_that_is_no_utf_8_is_refused_before_the_work(tmp_path, capsys):
    root = tmp_path / os.fsdecode(b"caf\xe9")
    root.mkdir()
    assert main(["prepare", "--root", str(root), "--out", str(tmp_path / "b")]) == 2
    assert "Expected a path in UTF-8" in capsys.readouterr().err
