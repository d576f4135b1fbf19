"""Every command has help, an example, and a place in the README."""

import subprocess
import sys
from pathlib import Path

import pytest

from fascore.errors import FascoreError
from fascore.shipped import DEMO_FACES
from trainer.cli import COMMANDS, OLD_NAMES, main

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert (
        stop.value.code == 0 and f"python -m trainer {command} {COMMANDS[command].example}" in text
    )


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("/usr/bin/fascore-trainer", "fascore-trainer"),
        ("fascore-trainer.exe", "fascore-trainer"),
        ("/somewhere/trainer/__main__.py", "python -m trainer"),
        ("pytest", "python -m trainer"),
    ],
)
def test_help_names_the_command_that_was_typed(typed, named, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [typed])
    with pytest.raises(SystemExit):
        main(["fit", "--help"])
    printed = capsys.readouterr().out
    assert printed.startswith(f"usage: {named} fit ") and f"Example: {named} fit " in printed


def test_help_is_all_that_is_printed_and_imports_nothing_slow():
    """Each of these takes longer to import than help may take in all."""
    code = "import sys; from trainer.cli import main"
    code += "\ntry: main(['--help'])\nfinally: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *help_lines, modules = done.stdout.splitlines()
    slow = {"tensorflow", "keras", "shap", "lime", "scipy.stats", "sklearn", "pandas"}
    assert not slow & set(modules.split())
    assert done.stderr == "" and help_lines[0].startswith("usage: ")


@pytest.mark.parametrize("command", COMMANDS)
def test_readme_names_the_command(command):
    assert f"python -m trainer {command}" in README.read_text()


@pytest.mark.parametrize("arguments", [[], ["train"], ["fit"], ["fit", "--models", "alexnet"]])
def test_wrong_usage_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2 and "usage" in capsys.readouterr().err


@pytest.mark.parametrize(("old", "new"), OLD_NAMES.items())
def test_old_name_of_a_command_still_runs_it_and_is_in_no_help(old, new, capsys):
    with pytest.raises(SystemExit):
        main([old, "--help"])
    assert f"python -m trainer {new}" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--help"])
    assert old not in capsys.readouterr().out.split()


def test_bad_input_is_a_sentence_and_a_librarys_value_error_is_not(tmp_path, monkeypatch, capsys):
    """A ValueError of NumPy or Keras is a fault of ours: its traceback is wanted."""
    command = ["report", "--store", str(tmp_path), "--out", str(tmp_path / "report.html")]
    (tmp_path / "cnn").mkdir()
    (tmp_path / "cnn" / "card.json").touch()

    def fails(kind):
        def fail(*args):
            raise kind("Expected a. Received: b. Do c.")

        monkeypatch.setattr("fascore.report.store_report", fail)
        return main(command)

    assert fails(FascoreError) == 2
    assert capsys.readouterr().err == "trainer report: Expected a. Received: b. Do c.\n"
    with pytest.raises(ValueError, match="Received: b"):
        fails(ValueError)


def test_path_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").touch()
    root, out = DEMO_FACES, tmp_path / "file" / "build"
    options = ["--root", str(root), "--out", str(out), "--protocol", "official", "--limit", "100"]
    assert main(["prepare", *options]) == 2
    error = capsys.readouterr().err
    assert "Not a directory" in error and str(tmp_path / "file") in error
