"""Worker processes: said when they stall, and ended with what they work for."""

import time

import pytest

from trainer import workers
from trainer.workers import in_order, worker_pool


def test_results_come_in_the_items_order():
    with worker_pool(2) as pool:
        assert list(in_order(pool, abs, range(-20, 0), jobs=2)) == list(range(20, 0, -1))


def test_a_stalled_folder_is_said_and_what_stops_the_work_ends_it(monkeypatch, capsys):
    monkeypatch.setattr(workers, "PATIENCE", 0.5)
    written = []

    def stop(text, **options):
        written.append(text)
        raise KeyboardInterrupt  # what a reader of the line may do

    monkeypatch.setattr(workers.tqdm, "write", stop)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), worker_pool(1) as pool:
        list(in_order(pool, time.sleep, [600], jobs=1))
    assert time.monotonic() - began < 60  # not when the work is done
    assert "network folder still there?" in written[0]


def test_an_error_of_the_work_is_not_taken_for_a_stall():
    with pytest.raises(TimeoutError, match="its own"), worker_pool(1) as pool:
        list(in_order(pool, fail, [0], jobs=1))


def fail(_):
    raise TimeoutError("its own")
