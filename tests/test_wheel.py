"""The wheel, installed outside the checkout: both commands run, on the demo store it carries.

Its dependencies are those of this environment, or, with FASCORE_EMPTY_ENVIRONMENT=1, what
requirements.lock installs into an empty one (minutes; CI does).
"""

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("fascore", "trainer", "dashboard", "assets")
FILES = ("pyproject.toml", "setup.py", "requirements.txt", "README.md", "LICENSE")
START = 90  # s a server may take to answer


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy of what it is made of."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    run(*pip, "--wheel-dir", out, source)
    (path,) = out.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder of commands of an environment that has the wheel."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install"]
    if os.environ.get("FASCORE_EMPTY_ENVIRONMENT") == "1":
        run(*pip, "--require-hashes", "-r", ROOT / "requirements.lock")
    else:
        (site_packages,) = folder.glob("lib/python*/site-packages")
        (site_packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"])
    run(*pip, "--no-deps", "--no-index", wheel)
    return folder / "bin"


def outside():
    """This process's environment without what points to the checkout or a store."""
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "FASCORE_STORE")}


def run(*command, cwd=None):
    """What a command prints, run without this checkout on the import path."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=outside(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_wheel_has_every_file_of_its_folders(wheel):
    there = {path for name in FOLDERS for path in (ROOT / name).rglob("*") if path.is_file()}
    expected = {path.relative_to(ROOT).as_posix() for path in there if path.suffix != ".pyc"}
    expected = {f"fascore/{p}" if p.startswith("assets/") else p for p in expected}
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == expected


def test_wheel_asks_for_what_requirements_txt_names(installed):
    code = "from importlib.metadata import requires; print(*requires('fascore'), sep='\\n')"
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    named = [line.split("#")[0].strip() for line in lines]
    asked = run(installed / "python", "-c", code).splitlines()
    extras = ['streamlit[auth]; extra == "auth"', 'tensorflow[and-cuda]; extra == "gpu"']
    assert asked == [*filter(None, named), *extras]


def test_trainer_reports_on_the_store_that_ships(installed, tmp_path):
    store = run(
        installed / "python", "-c", "from fascore.shipped import DEMO_STORE; print(DEMO_STORE)",
        cwd=tmp_path,
    ).strip()  # fmt: skip
    assert Path(store).is_relative_to(installed.parent)
    command = ["report", "--store", store, "--out", "report.html"]
    assert "Report of 4 models" in run(installed / "fascore-trainer", *command, cwd=tmp_path)
    assert "Xception" in (tmp_path / "report.html").read_text("utf-8")


def test_dashboard_answers_this_machine_alone(installed, tmp_path):
    """Its settings, privacy among them, lie beside the app: they hold in any folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "log.txt"
    command = [installed / "fascore", "--port", str(port), "--server.headless=true"]
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=tmp_path, env=outside(), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        assert _answer(f"http://127.0.0.1:{port}/_stcore/health", server) == b"ok", log.read_text()
    finally:
        server.terminate()
        server.wait(timeout=30)
    assert f"http://127.0.0.1:{port}" in log.read_text()
    assert "Network URL" not in log.read_text() and "External URL" not in log.read_text()


def _answer(address, server):
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.2)
    return None


def test_compare_page_shows_faces_of_the_data_that_ships(installed, tmp_path):
    script = tmp_path / "page.py"
    script.write_text(
        "from pathlib import Path\n"
        "import dashboard\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file(str(Path(dashboard.__file__).with_name('app.py')))\n"
        "app.switch_page('app_pages/compare.py').run(timeout=120)\n"
        "assert not app.exception and not app.error, [e.value for e in app.error]\n"
        "print(app.sidebar.markdown[0].value)\n"
        "print('faces:', *(button.label for button in app.button))\n"
    )
    shown = run(installed / "python", script, cwd=tmp_path)
    assert "assets/models/demo" in shown and "faces: live" in shown
