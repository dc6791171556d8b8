"""One line for every check, and an exit status that says whether all of them held."""

import sys
import time


class Report:
    """Prints checks as they are made and counts those that failed."""

    def __init__(self):
        self.failed = 0
        self.started = time.monotonic()

    def check(self, name, holds, detail=""):
        """One line on standard output; returns whether it held."""
        self.failed += not holds
        word = "ok  " if holds else "FAIL"
        print(f"{word} {name}{': ' + detail if detail else ''}", flush=True)
        return holds

    def exit(self):
        """Ends the process: 0 if everything held, else 1."""
        seconds = time.monotonic() - self.started
        print(f"{'failed' if self.failed else 'passed'} in {seconds:.0f} s", flush=True)
        sys.exit(1 if self.failed else 0)


def say(text):
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


def some(items, limit=10):
    """The first few of many, as text."""
    items = list(items)
    more = f" and {len(items) - limit} more" if len(items) > limit else ""
    return ", ".join(str(item) for item in items[:limit]) + more
