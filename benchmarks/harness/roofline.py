"""The roofline picture as SVG: what a kernel reaches, over the operations that it does for each byte."""

import math

from harness.gemm import FORMS

WIDTH, HEIGHT = 960, 560
LEFT, RIGHT, TOP, BOTTOM = 70, 270, 50, 60
LEGEND_LINE = 15
COLOURS = {
    "gemm": "#1b6ca8",
    "linear": "#3f8f5b",
    "attention": "#b8552b",
    "head": "#7a4fa3",
    "factor": "#8a7a1d",
    "decoding": "#c23b6b",
}
OTHER = "#666666"


class Axes:
    """Logarithmic on both sides."""

    def __init__(self, x_range, y_range):
        self.x_range, self.y_range = x_range, y_range

    def x(self, value):
        return LEFT + (WIDTH - LEFT - RIGHT) * part(value, self.x_range)

    def y(self, value):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * part(value, self.y_range)


def part(value, limits):
    low, high = (math.log10(limit) for limit in limits)
    return (math.log10(value) - low) / (high - low)


def points(sections, threads):
    """(kind, name, operations per byte, GFLOP/s) of everything whose operations are counted.

    Of element-wise kernels bytes alone are, so they have no place here.
    """
    found = []
    for row in sections.get("gemm", {}).get("rows", []):
        figures = row["threads"].get(str(threads))
        if figures:
            m, n, k = (int(size) for size in row["shape"].split("x"))
            intensity = 2 * m * n * k / (4 * (m * n + m * k) + 2 * n * k)
            found.append(
                ("gemm", f"gemm {row['shape']} {FORMS[row['form']]}", intensity, figures["BF16"]["median"])
            )
    for row in sections.get("kernels", {}).get("rows", []):
        if row["threads"] == threads and row["flopsPerByte"] > 0:
            value = row["value"]["median"]
            flops = value if row["limitedBy"] == "peak" else value * row["flopsPerByte"]
            found.append((row["name"].split()[0], row["name"], row["flopsPerByte"], flops))
    return found


def limits(sections, threads):
    """GFLOP/s and GB/s of the machine on so many threads.

    Both are measured beside each kernel, while the machine changes its speed: the highest of the medians, so
    that no kernel lies above the roof because it met a faster moment than the roof did.
    """
    peaks = [
        row["threads"][str(threads)]["peak"]["median"]
        for row in sections["gemm"]["rows"]
        if str(threads) in row["threads"]
    ]
    reads = [
        row["limit"]["median"]
        for row in sections["kernels"]["rows"]
        if row["limitedBy"] == "read" and row["threads"] == threads
    ]
    return max(peaks), max(reads)


def picture(sections, title, threads):
    """The SVG's text."""
    peak, bandwidth = limits(sections, threads)
    marks = points(sections, threads)
    axes = Axes((0.25, 2048), (min(4, *(mark[3] for mark in marks)) / 1.5, peak * 2))
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="26" font-size="15">{title}</text>',
    ]
    out += grid(axes)
    ridge = peak / bandwidth
    low, high = axes.x_range
    roof = [(low, low * bandwidth), (ridge, peak), (high, peak)]
    path = " ".join(f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in roof)
    out.append(f'<polyline points="{path}" fill="none" stroke="black" stroke-width="2"/>')
    out.append(label(axes.x(high) - 4, axes.y(peak) - 6, f"multiply-add loop: {peak:.0f} GFLOP/s", "end"))
    out.append(label(axes.x(ridge) + 14, axes.y(peak / 1.9), f"memory read: {bandwidth:.0f} GB/s", "start"))
    step = min(LEGEND_LINE, (HEIGHT - TOP - 10) / max(1, len(marks)))
    for index, (kind, name, intensity, flops) in enumerate(sorted(marks)):
        share = flops / min(peak, intensity * bandwidth)
        out += mark_of(
            axes.x(intensity), axes.y(flops), index + 1, kind, f"{name}: {100 * share:.0f} %", step
        )
    return "\n".join([*out, "</svg>", ""])


def mark_of(x, y, number, kind, text, step):
    """A point with its number, and its line of the legend."""
    colour = COLOURS.get(kind, OTHER)
    line = f"{TOP + step * number:.1f}"
    return [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}" fill-opacity="0.75"/>',
        f'<text x="{x + 5:.1f}" y="{y + 9:.1f}" font-size="8" fill="{colour}">{number}</text>',
        f'<text x="{WIDTH - RIGHT + 12}" y="{line}" font-size="9" fill="{colour}">{number} {text}</text>',
    ]


def grid(axes):
    lines = []
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for value in (0.25, 1, 4, 16, 64, 256, 1024):
        x = axes.x(value)
        lines.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}" stroke="#dddddd"/>')
        lines.append(label(x, bottom + 18, f"{value:g}", "middle"))
    value = 1
    while value < axes.y_range[1]:
        for step in (value, 2 * value, 5 * value):
            if axes.y_range[0] <= step <= axes.y_range[1]:
                y = axes.y(step)
                lines.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="#dddddd"/>')
                lines.append(label(LEFT - 6, y + 4, f"{step:g}", "end"))
        value *= 10
    lines.append(
        label((LEFT + right) / 2, HEIGHT - 14, "floating-point operations per byte of the operands", "middle")
    )
    lines.append(label(LEFT, TOP - 8, "GFLOP/s", "end"))
    return lines


def label(x, y, text, anchor):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'
