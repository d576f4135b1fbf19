"""Every command has help, an example, and a place in the README."""

from pathlib import Path

import pytest

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
