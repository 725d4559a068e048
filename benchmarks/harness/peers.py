"""The peers' servers, or the reason why one is lacking."""

from dataclasses import dataclass

from harness.machine import ROOT
from harness.process import Server, Unavailable

PEERS = ROOT / "benchmarks" / "peers"


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
