"""Whether a kernel has fallen below its recorded share of its limit: ratios are compared, never times."""

from dataclasses import dataclass

from harness.stats import spread, text

SECTIONS = ("gemm", "kernels")
# of the recorded share: a smaller fall is never a finding, however narrow the spread was, a larger one always
LEAST_FALL = 0.03
MOST_FALL = 0.1


@dataclass(frozen=True)
class Fall:
    """A kernel whose share fell by more than it may."""

    name: str
    recorded: dict
    fresh: dict

    def __str__(self):
        return f"{self.name}: {text(self.fresh)} of its limit, recorded {text(self.recorded)}"


@dataclass(frozen=True)
class Gone:
    """A kernel that is recorded and was not measured: renamed, or left out."""

    name: str

    def __str__(self):
        return f"{self.name}: recorded, but not measured any more"


def falls(recorded, fresh):
    """The kernels of both that fell by more than the recorded interquartile range, within limits.

    How widely the fresh samples spread allows nothing: a kernel that one JVM in two compiles badly would
    excuse itself.
    """
    found = []
    for name in recorded:
        if name in fresh:
            before, now = recorded[name], fresh[name]
            least, most = (part * before["median"] for part in (LEAST_FALL, MOST_FALL))
            if before["median"] - now["median"] > min(max(spread(before), least), most):
                found.append(Fall(name, before, now))
    return found


def missing(recorded, fresh):
    """The recorded kernels that were not measured."""
    return [Gone(name) for name in recorded if name not in fresh]


def elsewhere(sections, stamp):
    """{section: where it was recorded} of those that another machine recorded than the one of this stamp."""
    runs = {name: sections[name]["run"] for name in SECTIONS if name in sections}
    return {name: where(run) for name, run in runs.items() if where(run) != where(stamp)}


def where(stamp):
    return f"{stamp['processor']}, {stamp['cores']} cores"


def shares(sections):
    """The recorded shares of all kernels of one kind of machine."""
    return {
        name: share
        for section in SECTIONS
        for name, share in sections.get(section, {}).get("shares", {}).items()
    }


def case(name):
    """A share's kernel without its type and threads: what is measured together."""
    return name.split(", ")[0]
