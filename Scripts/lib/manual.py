"""The manual page, from what the argument parser knows of every command.

Prose that no command has (environment, files) stands below; exit statuses come from
docs/ERRORS.md.
"""

import json
import re
import subprocess
import sys
import textwrap
from datetime import date

PAGE = "docs/man/grantrail.1"
ERRORS = "docs/ERRORS.md"
#: An option of so many commands is explained once.
SHARED = 5

ENVIRONMENT = {
    "GRANTRAIL_CONFIG": "The configuration, where --config names none.",
    "GRANTRAIL_KEY_FILE": "The file of the fingerprint key, where --key-file names none.",
    "GRANTRAIL_SETTING": "Any setting of the configuration, by its path in capitals with __ for "
                         "dots: GRANTRAIL_STORE__PATH. Stands above the file, below options.",
    "NO_COLOR": "Not empty: no colour, unless --color=always asks for it.",
    "TMPDIR": "Where archives that need sorting are sorted; about 85 bytes an event.",
    "USER": "Who decides about alerts, where --by names nobody.",
    "XDG_CONFIG_HOME": "Holds grantrail/config.yaml; otherwise ~/.config does.",
    "XDG_STATE_HOME": "Holds grantrail/key; otherwise ~/.local/state does.",
    "NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, JOURNAL_STREAM":
        "Set by systemd(1): `grantrail run` tells of its start and that it lives, and gives its "
        "lines levels of the journal.",
}

FILES = {
    "~/.config/grantrail/config.yaml, /etc/grantrail/config.yaml":
        "The configuration of the service: the first of them that there is.",
    "~/.local/state/grantrail/key": "The fingerprint key, made on first use with mode 0600.",
    "STORE": "An event store: an SQLite database. Beside it, while it is written to, STORE-wal "
             "and STORE-shm.",
    "STORE-state": "What the rules of a service remember; learnt anew from the store if missing.",
    "STORE.sock": "Where a running service is asked and told.",
}


def plain(text):
    """Text that means itself to troff."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    for mark, name in (("'", "aq"), ("`", "ga"), ("^", "ha"), ("~", "ti")):
        text = text.replace(mark, f"\\({name}")
    text = "".join(one if ord(one) < 127 else f"\\[u{ord(one):04X}]" for one in text)
    return "\\&" + text if text.startswith(".") else text


def prose(text):
    """One paragraph; what stands between backticks is bold."""
    parts = text.split("`")
    return "".join(f"\\fB{plain(one)}\\fR" if index % 2 else plain(one)
                   for index, one in enumerate(parts))


def bold(text):
    return f"\\fB{plain(text)}\\fR"


def italic(text):
    return f"\\fI{plain(text)}\\fR"


def listed(entries):
    """A list of (what, explanation), both troff already."""
    return [line for what, about in entries for line in (".TP", what, about)]


def literal(lines):
    return [".EX", *(plain(line) for line in lines), ".EE"]


class Command:
    """One command with what may follow it."""

    def __init__(self, dump, path):
        self.path = path
        self.name = " ".join(path)
        self.abstract = dump.get("abstract", "")
        self.arguments = [one for one in dump.get("arguments", [])
                          if one["shouldDisplay"] and title(one) not in ("--help", "--version")]
        self.below = [Command(one, [*path, one["commandName"]])
                      for one in dump.get("subcommands", [])
                      if one["shouldDisplay"] and one["commandName"] != "help"]
        self.paragraphs, self.blocks = divided(dump.get("discussion") or "")

    def leaves(self):
        """The commands that do something."""
        if not self.below:
            return [self]
        return [leaf for one in self.below for leaf in one.leaves()]


def divided(text):
    """Paragraphs, and by their headings in capitals the blocks of indented lines."""
    paragraphs, blocks = [], {}
    for part in filter(None, re.split(r"\n\s*\n", text.strip())):
        first, _, rest = part.partition("\n")
        if re.fullmatch(r"[A-Z ]+", first) and rest:
            blocks[first] = [line.removeprefix("  ") for line in rest.splitlines()]
        else:
            paragraphs.append(" ".join(part.split()))
    return paragraphs, blocks


def title(argument):
    """`--store`, or the name of a positional argument."""
    if argument["kind"] == "positional":
        return argument["valueName"]
    return "--" + argument["preferredName"]["name"]


def shown(argument):
    """An argument as it is written."""
    if argument["kind"] == "positional":
        return italic(argument["valueName"])
    names = [("-" if one["kind"] == "short" else "--") + one["name"] for one in argument["names"]]
    text = ", ".join(map(bold, names))
    return text if argument["kind"] == "flag" else f"{text} {italic(argument['valueName'])}"


def explained(argument):
    default = argument.get("defaultValue")
    about = argument.get("abstract", "")
    values = argument.get("allValues") or []
    if values and not all(value in about for value in values):
        about += " One of " + ", ".join(values) + "."
    if values and default not in (None, *values):
        # The parser shows the number behind a severity.
        default = values[int(default)]
    if default is not None and "default:" not in about:
        about += f" Default: {default}."
    return prose(about)


def signature(argument):
    return shown(argument), explained(argument)


def usage(command):
    words = [bold(command.name)]
    for one in command.arguments:
        if one["kind"] == "positional":
            word = shown(one) + (" ..." if one["isRepeating"] else "")
            words.append(f"[{word}]" if one["isOptional"] else word)
        elif not one["isOptional"]:
            words.append(shown(one))
    if any(one["kind"] != "positional" and one["isOptional"] for one in command.arguments):
        words.append("[" + italic("options") + "]")
    return " ".join(words)


def section(command, shared):
    lines = [f".SS {plain(command.name)}", usage(command), ".PP", prose(command.abstract)]
    for text in command.paragraphs:
        lines += [".PP", prose(text)]
    own = [one for one in command.arguments if signature(one) not in shared]
    lines += listed(map(signature, own))
    also = [title(one) for one in command.arguments if signature(one) in shared]
    if also:
        lines += [".PP", "See OPTIONS OF SEVERAL COMMANDS for "
                  + ", ".join(map(bold, also)) + "."]
    for heading, block in command.blocks.items():
        lines += [".PP", heading.capitalize() + ":", ".PP", *literal(block)]
    return lines


def often(commands):
    """Arguments that many commands have, and which do."""
    users = {}
    for command in commands:
        for one in command.arguments:
            if one["kind"] != "positional":
                users.setdefault(signature(one), []).append(command.name.partition(" ")[2])
    return {key: names for key, names in users.items() if len(names) >= SHARED}


def shared_section(shared):
    """Where one name means two things it is said of which commands it is true."""
    entries = []
    for (what, about), names in sorted(shared.items()):
        if [one for one, _ in shared].count(what) > 1 or len(names) < 2 * SHARED:
            about += " (" + plain(", ".join(names)) + ")"
        entries.append((what, about))
    general = [(f"{bold('-h')}, {bold('--help')}", "Every command explains itself."),
               (bold("--version"), "Print the version.")]
    return [".SH OPTIONS OF SEVERAL COMMANDS", *listed(entries + general)]


def statuses():
    """The table of exit statuses."""
    with open(ERRORS, encoding="utf-8") as source:
        part = source.read().split("## Exit statuses")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", part, re.MULTILINE)
    return [(bold(number), prose(about)) for number, about in rows]


def page(dump, version):
    root = Command(dump, ["grantrail"])
    commands = root.leaves()
    shared = often(commands)
    about = root.abstract.removesuffix(".")
    lines = [
        '.\\" Written by Scripts/generate-manual. Change the commands, not this file.',
        f'.TH GRANTRAIL 1 DATE "grantrail {version}" "User Commands"',
        ".SH NAME", f"grantrail \\- {plain(about[0].lower() + about[1:])}",
        ".SH SYNOPSIS", f"{bold('grantrail')} {italic('command')} [{italic('options')}]",
        ".SH DESCRIPTION", *(prose(text) for text in root.paragraphs),
        ".PP", "Results go to standard output, all else to standard error.",
        ".SH COMMANDS",
        *(line for command in commands for line in section(command, set(shared))),
        *shared_section(shared),
        ".SH EXIT STATUS", *listed(statuses()),
        ".SH ENVIRONMENT", *listed((bold(name), prose(text)) for name, text in ENVIRONMENT.items()),
        ".SH FILES", *listed((italic(name), prose(text)) for name, text in FILES.items()),
        ".SH EXAMPLES", *literal(root.blocks["EXAMPLES"]),
        ".SH SEE ALSO", f"{bold('systemd.service')}(5), {bold('sqlite3')}(1)",
    ]
    return "\n".join(filled(lines)) + "\n"


def filled(lines):
    """Lines of text of at most 79 bytes; requests and what is literal stay as they are."""
    is_literal = False
    for line in lines:
        is_literal = line == ".EX" or is_literal and line != ".EE"
        if is_literal or line.startswith("."):
            yield line
            continue
        for part in textwrap.wrap(line, 77, break_long_words=False, break_on_hyphens=False):
            yield "\\&" + part if part.startswith((".", "'")) else part


def main():
    binary, *more = sys.argv[1:]
    ask = lambda option: subprocess.run([binary, option], check=True, capture_output=True,
                                        text=True).stdout
    made = page(json.loads(ask("--experimental-dump-help"))["command"], ask("--version").strip())
    try:
        with open(PAGE, encoding="utf-8") as source:
            stands = source.read()
    except FileNotFoundError:
        stands = ""
    # A page that says the same keeps its date.
    day = (re.search(r"^\.TH \w+ 1 (\S+)", stands, re.MULTILINE) or [None, "DATE"])[1]
    is_current = made.replace("DATE", day, 1) == stands
    if "--check" in more:
        if not is_current:
            sys.exit(f"{PAGE} is out of date: run Scripts/generate-manual")
    elif not is_current:
        with open(PAGE, "w", encoding="utf-8") as sink:
            sink.write(made.replace("DATE", date.today().isoformat(), 1))


if __name__ == "__main__":
    main()
