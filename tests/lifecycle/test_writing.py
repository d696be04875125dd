"""Files that results are written to."""

from __future__ import annotations

import os
import stat
import sys

import pytest

from llmlint.lifecycle.writing import write_atomically


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
def test_a_pipe_is_written_to_and_stays_one(tmp_path):
    """So is a device: ``--output-file /dev/null`` of a user who may replace it."""
    path = str(tmp_path / "pipe")
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_atomically(path, "told")
        assert os.read(reader, 100) == b"told"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(os.stat(path).st_mode)
    assert os.listdir(tmp_path) == ["pipe"]
