"""The peers' servers, or the reason why one is lacking."""

from harness.machine import ROOT
from harness.process import Server, Unavailable

PEERS = ROOT / "benchmarks" / "peers"


def server(script, options, machine):
    """A started server of benchmarks/peers, or Unavailable in its place: a section goes on without it."""
    name = script.removesuffix("_server.py")
    try:
        started = Server(name, [options.python, PEERS / script], machine.environment())
    except Unavailable as missing:
        return Unavailable(f"{name} skipped: {missing}")
    try:
        print(started.ask(do="versions")["text"], flush=True)
        return started
    except Unavailable as missing:
        started.close()
        return Unavailable(f"{name} skipped: {missing}")


def version(peer):
    """What it is, for the results; nothing where it is lacking."""
    return [] if isinstance(peer, Unavailable) else [peer.ask(do="versions")["text"]]


def close(*servers):
    for one in servers:
        if isinstance(one, Server):
            one.close()
