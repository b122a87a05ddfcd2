"""Where and when the figures were taken."""

import datetime
import os
import pathlib
import platform
import re
import subprocess


def describe(workbench):
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _processor(),
        "processors": len(os.sched_getaffinity(0)),
        "server_processor": workbench.server_processor,
        "client_processor": workbench.client_processor,
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "kernel": f"{platform.system()} {platform.release()}",
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", "") if _has_os_release() else "",
        "load_average": round(os.getloadavg()[0], 2),
        "cpu_time": workbench.account.SOURCE,
    }


def package_versions(packages):
    """Debian's versions of those that are installed."""
    versions = {}
    for package in packages:
        try:
            query = subprocess.run(
                ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package], capture_output=True, text=True
            )
        except FileNotFoundError:
            return {}
        if query.stdout.startswith("installed "):
            versions[package] = query.stdout.split()[1]
    return versions


def _has_os_release():
    return any(os.path.exists(path) for path in ("/etc/os-release", "/usr/lib/os-release"))


def _processor():
    match = re.search(r"^model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return match[1] if match else platform.machine()
