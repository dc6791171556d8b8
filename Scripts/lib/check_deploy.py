"""Whether what docs/deploy offers can be used: unit, configurations, YAML, packages, completions."""

import argparse
import os
import re
import subprocess

import processes
import yaml
from report import Report

FOLDER = os.path.join("docs", "deploy")
#: Exposure by `systemd-analyze security`, 0 to 100, that is not to be passed.
EXPOSURE = 20
SHELLS = {"bash": "complete ", "zsh": "#compdef", "fish": "complete "}


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/check-deploy", description=__doc__)
    parser.add_argument("--binary", help="instead of a release build")
    return parser.parse_args()


def text(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as source:
        return source.read()


def run(command):
    """Exit status and all that was said."""
    done = subprocess.run(command, capture_output=True)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace").strip()


def check_unit(report, binary, work):
    """As it stands, with the binary where it is and not where it will be."""
    path = os.path.join(work, "grantrail.service")
    with open(path, "w") as sink:
        sink.write(text("grantrail.service").replace("/usr/bin/grantrail", binary))
    status, said = run(["systemd-analyze", "verify", path])
    report.check("systemd-analyze verify", status == 0 and not said, said)
    status, said = run(["systemd-analyze", "security", "--offline=yes", "--no-pager",
                        f"--threshold={EXPOSURE}", path])
    report.check("systemd-analyze security", status == 0, said.splitlines()[-1])


def check_configuration(report, binary, work, name, configuration):
    """With secrets, store and logs below a directory of this machine."""
    folder = os.path.join(work, name)
    for place in re.findall(r"secret_file: ([^}]*)}", configuration):
        os.makedirs(folder + os.path.dirname(place), exist_ok=True)
        with open(folder + place, "w") as sink:
            sink.write("whsec_" + "QUJD" * 11 + "\n")
        os.chmod(folder + place, 0o600)
    os.makedirs(folder + "/var/lib/grantrail", exist_ok=True)
    moved = re.sub(r"(?<=[ \"])(/(?:run|etc|var)/)", folder + r"\1", configuration)
    path = os.path.join(folder, "config.yaml")
    with open(path, "w") as sink:
        sink.write(moved)
    status, said = run([binary, "config", "check", "--config", path])
    report.check(f"config check of {name}", status == 0, "" if status == 0 else said)


def check_kubernetes(report):
    """The documents, and that their names fit each other. Returns the configuration in them."""
    documents = {one["kind"]: one for one in yaml.safe_load_all(text("kubernetes.yaml"))}
    pod = documents["StatefulSet"]["spec"]["template"]
    container = pod["spec"]["containers"][0]
    mounts = {one["name"] for one in container["volumeMounts"]}
    volumes = {one["name"] for one in pod["spec"]["volumes"]} | {
        one["metadata"]["name"]
        for one in documents["StatefulSet"]["spec"]["volumeClaimTemplates"]}
    label = {"app.kubernetes.io/name": "grantrail"}
    ports = {one["name"] for one in container["ports"]}
    probes = {container[kind]["httpGet"]["port"]
              for kind in ("livenessProbe", "readinessProbe", "startupProbe")}
    fits = (mounts == volumes and probes <= ports
            and pod["metadata"]["labels"] == label
            and documents["Service"]["spec"]["selector"] == label
            and documents["StatefulSet"]["spec"]["selector"]["matchLabels"] == label)
    report.check("kubernetes.yaml", fits, ", ".join(documents))
    return documents["ConfigMap"]["data"]["config.yaml"]


def check_packages(report):
    """Packages that the image installs are Debian's, and the same as the page names."""
    image = text("Dockerfile").replace("\\\n", " ")
    parts = re.findall(r"--no-install-recommends\s+(.*?)&&", image)
    needed = parts[1].split()
    missing = [name for part in parts for name in part.split()
               if run(["apt-cache", "show", name])[0] != 0]
    report.check("packages of the image", not missing, ", ".join(missing))
    listed = re.search(r"Debian's libraries only:\n`([^`]*)`", text("README.md"))
    report.check("packages of the page", listed and listed[1].split() == needed)


def check_completions(report, binary):
    for shell, mark in SHELLS.items():
        status, said = run([binary, "--generate-completion-script", shell])
        report.check(f"completions for {shell}", status == 0 and mark in said)


def main():
    options = arguments()
    report = Report()
    work = processes.work_directory()
    binary = os.path.abspath(options.binary)
    check_unit(report, binary, work)
    check_configuration(report, binary, work, "config.yaml", text("config.yaml"))
    check_configuration(report, binary, work, "kubernetes.yaml", check_kubernetes(report))
    check_packages(report)
    check_completions(report, binary)
    report.exit()


if __name__ == "__main__":
    main()
