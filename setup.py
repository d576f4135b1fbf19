"""What pyproject.toml cannot say: the wheel carries the checkout's assets/ inside the package.

`fascore.shipped` finds them in both places.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["fascore*", "trainer*", "dashboard*"]), "fascore.assets"],
    package_dir={"fascore.assets": "assets"},
)
