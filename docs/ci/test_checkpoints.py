"""One test for each entry of a suite: run by pytest, or as a script.

LOWPOINT and LOWPOINT_SUITE name the program and the suite where they are elsewhere.
"""

import json
import os
import subprocess

LOWPOINT = os.environ.get("LOWPOINT", "lowpoint")
SUITE = os.environ.get("LOWPOINT_SUITE", "checkpoints/suite.toml")


def entries():
    """The entries of the report; a suite that cannot be read is an error."""
    command = [LOWPOINT, "run", SUITE, "--locked", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if not done.stdout:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)["entries"]


def pytest_generate_tests(metafunc):
    if "entry" in metafunc.fixturenames:
        found = entries()
        metafunc.parametrize("entry", found, ids=[entry["name"] for entry in found])


def test_checkpoint(entry):
    assert entry["result"] == "held", "\n".join([entry["name"], *entry["reasons"]])


if __name__ == "__main__":
    for one in entries():
        test_checkpoint(one)
        print("held", one["name"])
