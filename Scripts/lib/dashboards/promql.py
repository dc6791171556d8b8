"""What expressions ask for, and whether the contract has it."""

import re

import promql_parser
import yaml

from dashboards import contract

_AGGREGATED = re.compile(r"\b(?:by|on|ignoring|without)\s*\(([^)]*)\)")


class Asked:
    """One series that an expression selects: its name and its matchers."""

    def __init__(self, selector):
        self.name = selector.name
        self.matchers = [(one.name, one.op, one.value) for one in selector.matchers.matchers]

    def __str__(self):
        signs = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}
        parts = []
        for name, operator, value in self.matchers:
            if name != "__name__":
                sign = signs[str(operator).rpartition(".")[2]]
                parts.append(f'{name}{sign}"{value}"')
        return f"{self.name}{{{','.join(sorted(parts))}}}"


def asked(expression):
    """Every series of an expression; raises ValueError where it is none."""
    found = []
    waiting = [promql_parser.parse(expression)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, promql_parser.VectorSelector):
            found.append(Asked(node))
            continue
        for name in ("expr", "lhs", "rhs", "param", "vector_selector"):
            child = getattr(node, name, None)
            if isinstance(child, promql_parser.Expr):
                waiting.append(child)
        for child in getattr(node, "args", None) or []:
            waiting.append(child)
    return found


def faults(expression, recorded=frozenset()):
    """What is wrong with an expression. `recorded` are the names of recording rules."""
    try:
        selectors = asked(expression)
    except ValueError as error:
        yield f"does not parse: {error}"
        return
    labels = set(contract.TARGET_LABELS)
    known = contract.SERIES | contract.SCRAPE
    for selector in selectors:
        if selector.name in recorded:
            continue
        if selector.name not in known:
            yield f"{selector.name} is no metric of the contract"
            continue
        own = known[selector.name][1] | contract.TARGET_LABELS
        labels |= own
        for name, _, _ in selector.matchers:
            if name not in own | {"__name__"}:
                yield f"{selector.name} has no label {name}"
    made = set(re.findall(r'label_replace\(.*"(\w+)", "\$1"', expression, re.DOTALL))
    for group in _AGGREGATED.findall(expression):
        for name in filter(None, (one.strip() for one in group.split(","))):
            if name not in labels | made:
                yield f"no series of it has the label {name}"


def rules(path):
    """The rules of a Prometheus rule file."""
    with open(path, encoding="utf-8") as source:
        return [rule for group in yaml.safe_load(source)["groups"] for rule in group["rules"]]
