"""The files of Dashboards/sql: a header of comments that says what they are, then one SELECT."""

import os
import re

PARAMETER = re.compile(r":([a-z_]+)\b")
KEYS = ("title", "params", "columns")


class Query:
    """One file: its name, header and text."""

    def __init__(self, path):
        self.name = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as source:
            lines = source.read().splitlines()
        self.header, body = {}, []
        for line in lines:
            found = re.match(r"-- (\w+): ?(.*)", line)
            if found and not body:
                self.header[found[1]] = found[2].strip()
            else:
                body.append(line)
        self.text = "\n".join(body).strip().removesuffix(";")
        missing = [key for key in KEYS if key not in self.header]
        if missing:
            raise ValueError(f"{path}: the header lacks {', '.join(missing)}")

    @property
    def columns(self):
        return self.header["columns"].split()

    @property
    def parameters(self):
        """Names and the values that they have when nobody gives one: `from=0 to=9e9`."""
        pairs = (one.partition("=") for one in self.header["params"].split() if one != "none")
        return {name: value for name, _, value in pairs}

    @property
    def used(self):
        return set(PARAMETER.findall(self.text))

    def bound(self, values):
        """The text with expressions in the places of its parameters."""
        return PARAMETER.sub(lambda found: values[found[1]], self.text)


def read(directory):
    """All queries by name."""
    names = sorted(name for name in os.listdir(directory) if name.endswith(".sql"))
    queries = [Query(os.path.join(directory, name)) for name in names]
    return {query.name: query for query in queries}
