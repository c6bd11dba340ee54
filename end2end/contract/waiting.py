"""Waiting for what comes by itself."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(what: str, holds: Callable[[], T], patience: float = 60) -> T:
    """Looks again and again until something holds."""
    give_up = time.monotonic() + patience
    while time.monotonic() < give_up:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(f"never came: {what}")
