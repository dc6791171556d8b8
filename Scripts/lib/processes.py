"""Child processes and work directories that do not outlive the tool that made them."""

import atexit
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_c = ctypes.CDLL(None)
_children = []


def start(command, **options):
    """Starts a process that is killed when this one ends, however it ends. From the main thread:
    the kernel ties the child to the thread that made it."""
    prepare = options.pop("preexec_fn", None)

    def before():
        _c.prctl(DIE_WITH_PARENT, signal.SIGKILL)
        if prepare:
            prepare()

    child = subprocess.Popen(command, preexec_fn=before, **options)
    _children.append(child)
    return child


def stop(child, patience=30):
    """Asks a process to end, then makes it. Its exit status."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            return child.wait(patience)
        except subprocess.TimeoutExpired:
            child.kill()
    return child.wait()


def wait_until(condition, seconds, pause=0.05):
    """Whether the condition came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause)
    return bool(condition())


def wait_by_progress(condition, progress, seconds, pause=0.5):
    """Whether the condition came true before `progress()` gave the same for so long: what is slow
    may take its time, what stands still may not."""
    last, since = progress(), time.monotonic()
    while not condition():
        time.sleep(pause)
        now = progress()
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > seconds:
            return bool(condition())
    return True


def add_options(parser):
    """What every tool takes that tries the real program."""
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--binary", help="instead of a release build")
    parser.add_argument("--keep", action="store_true", help="keep the work directory")


def work_directory(keep=False):
    """A directory that is removed at the end. The store's key lives there too."""
    path = tempfile.mkdtemp(prefix="grantrail-")
    if keep:
        print(f"kept: {path}", file=sys.stderr)
    else:
        atexit.register(shutil.rmtree, path, ignore_errors=True)
    # Registered later, so done earlier: nothing writes into what is being removed.
    atexit.register(_end_children)
    os.environ["XDG_STATE_HOME"] = os.path.join(path, "state")
    return path


def _end_children():
    for child in _children:
        if child.poll() is None:
            child.kill()
            child.wait()


signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
