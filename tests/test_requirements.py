"""Dependencies: each has its reason, the locks are current, their licences are listed."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools.licences import PAGE, licence, locked_names

ROOT = Path(__file__).parents[1]


def named(name):
    """The requirements a file names, with the reason each has, in order."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    lines = [line for line in lines if line and not line.startswith(("#", "-r"))]
    return [(Requirement(line.split("#")[0]), line.partition("#")[2].strip()) for line in lines]


def locked(name):
    """A lock's packages with their versions."""
    text = (ROOT / name).read_text("utf-8")
    return set(re.findall(r"^([a-z0-9-]+)==([^\s\\;]+)", text, re.MULTILINE))


@pytest.mark.parametrize("file", ["requirements", "requirements-dev"])
def test_each_dependency_has_one_version_and_a_reason(file):
    for requirement, reason in named(f"{file}.txt"):
        assert str(requirement.specifier).startswith("=="), requirement
        assert reason, requirement


@pytest.mark.parametrize("file", ["requirements", "requirements-dev"])
def test_lock_is_current(file):
    """Where this fails: `make lock`."""
    for requirement, _ in named(f"{file}.txt"):
        version = str(requirement.specifier).removeprefix("==")
        assert (requirement.name.lower().replace("_", "-"), version) in locked(f"{file}.lock")


def test_tests_run_on_the_versions_that_are_served():
    assert locked("requirements.lock") <= locked("requirements-dev.lock")


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock"])
def test_lock_names_files_by_checksum_and_no_place_they_come_from(file):
    text = (ROOT / file).read_text("utf-8")
    blocks = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"://|index-url|find-links|trusted-host", text)


def test_page_of_licences_is_current():
    """Where this fails: `make licences`."""
    rows = re.findall(r"^\| ([\w.-]+) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert [name for name, _ in rows[1:]] == locked_names()


class Package:
    """Stands in for an installed package."""

    def __init__(self, **texts):
        self._file = texts.pop("file", None)
        self.metadata = Metadata(texts)

    def read_text(self, name):
        return self._file if name == "licenses/LICENSE" else None


class Metadata(dict):
    def __getitem__(self, name):
        return self.get(name)

    def get_all(self, name, default):
        return self.get(name, default)


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        (Package(**{"License-Expression": "MIT", "License": "BSD"}), "MIT"),
        (
            Package(
                Classifier=["Topic :: X", "License :: OSI Approved :: BSD License"], License="x"
            ),
            "BSD License",
        ),
        (Package(License="\nMIT License\n\nCopyright"), "MIT License"),
        (
            Package(**{"License-File": ["LICENSE"]}, file="Copyright me\n\nLicensed under X"),
            "Licensed under X",
        ),
    ],
    ids=["expression", "classifier", "text", "file"],
)
def test_licence_is_what_a_package_says_most_plainly(package, expected):
    assert licence(package) == expected
