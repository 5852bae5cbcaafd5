"""What a zygote may be told to call (PLS_WARM), for the tests."""

import sys
import threading
import time


def prepare() -> None:
    sys.warmed = "warm"  # type: ignore[attr-defined]


def start_a_thread() -> None:
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()


def fail() -> None:
    raise SystemExit("cannot")
