"""A page's commands and what they print, as a new user would see it on a terminal.

Blocks of `console` hold commands behind `$ ` with their output; blocks of `yaml` whose first line is
`# NAME` are files that the user writes.
"""

import difflib
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile

PAGE = "docs/connect/keycloak.md"
SECTION = "## From your server to a first verdict\n"
#: No command takes so long, in seconds.
LIMIT = 100


def seen(command, directory, program):
    """What a command prints: standard output as on a terminal, then standard error."""
    environment = {
        "HOME": directory, "TMPDIR": directory + "/.tmp", "NO_COLOR": "1", "USER": "anna",
        "PATH": os.path.dirname(os.path.abspath(program)) + ":/usr/local/bin:/usr/bin:/bin",
    }
    master, terminal = pty.openpty()
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(["/bin/sh", "-c", command], cwd=directory, env=environment,
                                 stdin=subprocess.DEVNULL, stdout=terminal, stderr=errors)
        os.close(terminal)
        output = b""
        try:
            while piece := os.read(master, 1 << 16):
                output += piece
        except OSError:
            pass  # The last writer went away.
        os.close(master)
        status = child.wait(LIMIT)
        errors.seek(0)
        output += errors.read()
    text = output.decode().replace("\r\n", "\n").replace(directory, "~")
    if status:
        text += f"(status {status})\n"
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


def played(section, directory, program):
    """The section with the output of its commands as it is now."""
    result = []
    lines = iter(section.splitlines(keepends=True))
    for line in lines:
        result.append(line)
        if line not in ("```console\n", "```yaml\n"):
            continue
        block = []
        for inner in lines:
            if inner == "```\n":
                break
            block.append(inner)
        if line == "```yaml\n":
            name = block[0].removeprefix("# ").strip()
            with open(os.path.join(directory, name), "w", encoding="utf-8") as sink:
                sink.writelines(block[1:])
            result += block
        else:
            for command in commands(block):
                result += [*command, seen(shell(command), directory, program)]
        result.append("```\n")
    return "".join(result)


def commands(block):
    """The lines of each command: the first begins with `$ `, the others follow a backslash."""
    found = []
    for number, line in enumerate(block):
        if line.startswith("$ "):
            found.append([line])
        elif found and number > 0 and block[number - 1] == found[-1][-1] \
                and found[-1][-1].endswith("\\\n"):
            found[-1].append(line)
    return found


def shell(command):
    return "".join(command).removeprefix("$ ")


def comparable(text):
    """Without what depends on the day."""
    return re.sub(r"\d+ (?:ms|s|min|h \d+ min|d \d+ h) ago", "… ago", text)


def main():
    program, *more = sys.argv[1:]
    with open(PAGE, encoding="utf-8") as source:
        page = source.read()
    head, mark, rest = page.partition(SECTION)
    if not mark:
        sys.exit(f"{PAGE} has no section {SECTION.strip()}")
    end = rest.find("\n## ")
    section, tail = (rest, "") if end < 0 else (rest[:end + 1], rest[end + 1:])
    directory = tempfile.mkdtemp()
    os.mkdir(directory + "/.tmp")
    try:
        made = played(section, directory, program)
    finally:
        shutil.rmtree(directory)
    count = len(re.findall(r"^\$ ", made, re.MULTILINE))
    if not 5 <= count < 15:
        sys.exit(f"{PAGE} has {count} commands; fewer than 15 were promised")
    if "--check" not in more:
        with open(PAGE, "w", encoding="utf-8") as sink:
            sink.write(head + mark + made + tail)
    elif comparable(made) != comparable(section):
        sys.stderr.writelines(difflib.unified_diff(
            comparable(section).splitlines(True), comparable(made).splitlines(True), PAGE, "now"))
        sys.exit(f"{PAGE} shows something else than its commands: run Scripts/generate-walk")


if __name__ == "__main__":
    main()
