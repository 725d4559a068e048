"""Whether a kernel has fallen below its recorded share of its limit: ratios are compared, never times."""

from dataclasses import dataclass

from harness.stats import spread, text

# a smaller fall is never a finding, however narrow the spreads were
LEAST_FALL = 0.03


@dataclass(frozen=True)
class Fall:
    """A kernel whose share fell by more than the spread."""

    name: str
    recorded: dict
    fresh: dict

    def __str__(self):
        return f"{self.name}: {text(self.fresh)} of its limit, recorded {text(self.recorded)}"


def falls(recorded, fresh):
    """The kernels of both that fell by more than the wider of their interquartile ranges."""
    found = []
    for name in recorded:
        if name in fresh:
            before, now = recorded[name], fresh[name]
            allowed = max(spread(before), spread(now), LEAST_FALL * before["median"])
            if before["median"] - now["median"] > allowed:
                found.append(Fall(name, before, now))
    return found


def shares(sections):
    """The recorded shares of all kernels of one kind of machine."""
    return {
        name: share
        for section in ("gemm", "kernels")
        for name, share in sections.get(section, {}).get("shares", {}).items()
    }


def case(name):
    """A share's kernel without its type and threads: what is measured together."""
    return name.split(", ")[0]
