"""Medians and interquartile ranges: processors flip between full and half speed, so means say little."""

import statistics


def summary(values):
    """Median and quartiles of some samples, as results store them."""
    values = sorted(values)
    if len(values) == 1:
        return {"median": values[0], "q1": values[0], "q3": values[0], "n": 1}
    q1, median, q3 = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": median, "q1": q1, "q3": q3, "n": len(values)}


def ratios(numerators, denominators):
    """The summary of the ratios within pairs, which a change of speed between pairs does not touch."""
    return summary([a / b for a, b in zip(numerators, denominators, strict=True)])


def spread(figure):
    """The interquartile range."""
    return figure["q3"] - figure["q1"]


def text(figure, digits=2, unit=""):
    """For people: median [q1–q3]."""
    if figure is None:
        return "–"
    middle, low, high = (f"{figure[key]:,.{digits}f}" for key in ("median", "q1", "q3"))
    return f"{middle}{unit}" if figure["n"] == 1 else f"{middle}{unit} [{low}–{high}]"
