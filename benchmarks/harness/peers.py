"""The peers' servers, or the reason why one is lacking."""

import subprocess
from dataclasses import dataclass

from harness.machine import ROOT
from harness.process import Server, Unavailable

PEERS = ROOT / "benchmarks" / "peers"

ASK_VERSIONS = """
import sys
from importlib.metadata import version

print(", ".join(f"{name} {version(name)}" for name in sys.argv[1:]))
"""


@dataclass(frozen=True)
class Peer:
    """A started server with what it is, or Unavailable in its place: a section goes on without it."""

    server: object
    versions: list

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if isinstance(self.server, Server):
            self.server.close()


def server(script, options, machine):
    """Starts a server of benchmarks/peers."""
    name = script.removesuffix("_server.py")
    try:
        started = Server(name, [options.python, PEERS / script], machine.environment())
    except Unavailable as missing:
        return Peer(Unavailable(f"{name} skipped: {missing}"), [])
    try:
        version = started.ask(do="versions")["text"]
    except Unavailable as missing:
        started.close()
        return Peer(Unavailable(f"{name} skipped: {missing}"), [])
    print(version, flush=True)
    return Peer(started, [version])


def versions(options, *packages):
    """The versions of these packages as a note of the results; no note where one of them is lacking."""
    ask = [str(options.python), "-c", ASK_VERSIONS, *packages]
    answer = subprocess.run(ask, capture_output=True, text=True)
    return [answer.stdout.strip()] if answer.returncode == 0 else []
