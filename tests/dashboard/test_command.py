"""`fascore`: what it makes of its options before Streamlit serves."""

import subprocess
import sys

import pytest
from streamlit.web import cli

from dashboard.__main__ import APP, main


@pytest.fixture
def served(monkeypatch):
    """What Streamlit is asked to run."""
    asked = []
    monkeypatch.setattr(cli, "main", lambda arguments, **_: asked.append(arguments))
    return asked


def test_stores_and_port_and_streamlits_own_options_reach_the_server(served, store_path):
    options = ["--store", str(store_path), "--store", str(store_path), "--port", "9000"]
    assert main([*options, "--server.baseUrlPath=faces"]) == 0
    (command,) = served
    assert command[:2] == ["run", str(APP)] and APP.is_file()
    before, after = command[2 : command.index("--")], command[command.index("--") + 1 :]
    assert {"--server.port=9000", "--server.baseUrlPath=faces"} <= set(before)
    assert after == [f"--store={store_path}"] * 2


def test_without_a_store_the_app_chooses_and_without_a_port_streamlit_does(served):
    """By STREAMLIT_SERVER_PORT or a config.toml, which an option would overrule."""
    assert main([]) == 0
    assert served[0][-1] == "--" and "--server.port" not in " ".join(served[0])


def test_store_that_is_none_is_said_before_anything_is_served(served, tmp_path, capsys):
    assert main(["--store", str(tmp_path / "nowhere")]) == 2
    assert "Expected a folder with trained models" in capsys.readouterr().err
    assert not served


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["runs/celeba"], "expected --store DIR"),
        (["--port", "70000"], "expected a port from 1 to 65535, received 70000"),
        (["--port", "web"], "invalid port_number value: 'web'"),
    ],
)
def test_wrong_usage_exits_with_2(served, options, sentence, capsys):
    with pytest.raises(SystemExit) as stop:
        main(options)
    assert stop.value.code == 2 and sentence in capsys.readouterr().err
    assert not served


def test_help_is_all_that_is_printed_and_imports_nothing_slow():
    code = "import sys; from dashboard.__main__ import main"
    code += "\ntry: main(['--help'])\nfinally: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *help_lines, modules = done.stdout.splitlines()
    assert not {"tensorflow", "streamlit", "pandas"} & set(modules.split())
    assert done.stderr == "" and help_lines[0].startswith("usage: fascore")


@pytest.mark.parametrize("serves", [True, False])
def test_what_pages_need_is_imported_once_the_server_runs(serves):
    code = f"""
import sys, threading
from streamlit import runtime
from dashboard import __main__ as command
told = [{serves}]
runtime.exists = lambda: bool(told and told.pop())  # to the first who asks
ended = threading.Event()
ended.set()
command._get_ready(ended)
print("dashboard.views" in sys.modules, "tensorflow" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(serves), "False"]


def test_caches_that_are_declared_before_the_server_runs_are_no_news():
    code = "import dashboard.cache"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == done.stderr == ""
