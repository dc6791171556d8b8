"""A machine that systemd runs, in namespaces of this one: a container whose file system is a layer
over ours, so that nothing of ours is changed. The network is ours."""

import atexit
import os
import subprocess

import processes

PATIENCE = 60


class Machine:
    def __init__(self, work):
        self.work = work
        self.root = os.path.join(work, "root")
        self.process = None
        # Not on our own file system: a layer may not lie in the one below it.
        layers = os.path.join(work, "layers")
        for folder in (self.root, layers):
            os.mkdir(folder)
        self.mount("tmpfs", "size=8g", layers)
        for name in ("upper", "work"):
            os.mkdir(os.path.join(layers, name))
        self.mount("overlay", f"lowerdir=/,upperdir={layers}/upper,workdir={layers}/work",
                   self.root)

    def mount(self, kind, options, place):
        subprocess.run(["mount", "-t", kind, "-o", options, kind, place], check=True)
        atexit.register(subprocess.run, ["umount", "-l", place], check=False)

    def path(self, inside):
        """Where a path of the machine lies for us."""
        return self.root + inside

    def write(self, inside, text, mode=0o644):
        os.makedirs(os.path.dirname(self.path(inside)), exist_ok=True)
        with open(self.path(inside), "w", encoding="utf-8") as sink:
            sink.write(text)
        os.chmod(self.path(inside), mode)

    def prepare(self, *command):
        """A command in the machine's files, before it is started."""
        subprocess.run(["chroot", self.root, *command], check=True, capture_output=True)

    def boot(self):
        """Starts systemd and waits until it has nothing more to start. What it says then."""
        with open(os.path.join(self.work, "console"), "wb") as console:
            self.process = processes.start(
                ["systemd-nspawn", "--quiet", "--boot", f"--directory={self.root}",
                 "--machine=grantrail-check", "--register=no", "--keep-unit", "--link-journal=no",
                 "--resolv-conf=off", "--timezone=off", "--console=read-only", "--",
                 "--unit=basic.target"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT)
        processes.wait_until(lambda: self.leader() or self.process.poll() is not None, PATIENCE)
        state = ""
        end = lambda: state in ("running", "degraded") or self.process.poll() is not None

        def look():
            nonlocal state
            state = self.ask("systemctl", "is-system-running").stdout.strip()
            return end()

        processes.wait_until(look, PATIENCE, pause=0.5)
        if state not in ("running", "degraded"):
            raise RuntimeError(f"systemd did not start ({state or 'no answer'}): {self.console()}")
        return state

    def console(self):
        with open(os.path.join(self.work, "console"), errors="replace") as source:
            return " | ".join(line.strip() for line in source.read().splitlines()[-6:])

    def leader(self):
        """The machine's first process, as we number it; None before there is one."""
        folder = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        try:
            with open(folder) as source:
                children = source.read().split()
        except OSError:
            return None
        for child in children:
            with open(f"/proc/{child}/comm") as source:
                if source.read().strip() == "systemd":
                    return child
        return None

    def ask(self, *command):
        """A command in the running machine, done, whatever came of it."""
        return subprocess.run(
            ["nsenter", "--target", self.leader() or "0", "--mount", "--uts", "--ipc", "--pid",
             "--root", "--wd", "--", *command], capture_output=True, text=True, errors="replace")

    def power_off(self):
        if self.process and self.process.poll() is None:
            self.ask("systemctl", "poweroff")
            processes.wait_until(lambda: self.process.poll() is not None, PATIENCE)
            processes.stop(self.process)


class Unit:
    """A unit of a machine."""

    def __init__(self, machine, name):
        self.machine = machine
        self.name = name

    def do(self, verb, *more):
        """Exit status and what was said of `systemctl VERB`."""
        done = self.machine.ask("systemctl", verb, *more, self.name)
        return done.returncode, (done.stdout + done.stderr).strip()

    def show(self, *properties):
        text = self.machine.ask("systemctl", "show", self.name, *[
            f"--property={one}" for one in properties]).stdout
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)

    def is_active(self):
        return self.show("ActiveState").get("ActiveState") == "active"

    def log(self):
        return self.machine.ask("journalctl", f"--unit={self.name}", "--no-pager",
                                "--output=cat").stdout

    def process(self):
        """Its main process, as we number it."""
        own = self.show("MainPID")["MainPID"]
        place = os.readlink(f"/proc/{self.machine.leader()}/ns/pid")
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{pid}/ns/pid") == place and status(pid)["NSpid"] \
                        .split()[-1] == own:
                    return pid
            except OSError:
                continue
        raise RuntimeError(f"{self.name} has no process {own}")


def status(pid):
    """/proc/PID/status by name."""
    with open(f"/proc/{pid}/status") as source:
        return dict((part.strip() for part in line.split(":", 1)) for line in source)
