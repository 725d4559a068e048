"""All other kernels, each beside its limit: the multiply-add loop, a pure read, or a copy."""

from dataclasses import dataclass, field

from harness import java
from harness.gemm import COMPILE_SECONDS, alternate
from harness.stats import ratios, summary


@dataclass(frozen=True)
class Kernel:
    """A method of a JMH class; `limit` is peak (operations), read or copy (bytes)."""

    benchmark: str
    method: str
    limit: str
    params: dict = field(default_factory=dict)

    @property
    def name(self):
        details = " ".join(str(value) for value in self.params.values())
        return f"{self.benchmark.removesuffix('Benchmark').lower()} {self.method} {details}".rstrip()


def kernels(quick):
    copied = ["rmsNorm", "rmsNormBackwardInput", "swiGlu", "swiGluBackward", "rope", "adamW", "add"]
    found = [Kernel("ElementwiseBenchmark", method, "copy") for method in copied]
    found += [
        Kernel("AttentionBenchmark", method, "peak", {"rows": rows})
        for rows in ("8x220", "1x2048")
        for method in ("forward", "backward")
    ]
    found += [
        Kernel("LinearBenchmark", "forwardAndBackward", "peak", {"shape": shape})
        for shape in ("1024x1536x576", "1024x576x1536")
    ]
    found += [
        Kernel("HeadBenchmark", "crossEntropy", "peak", {"weights": "BF16"}),
        Kernel("HeadBenchmark", "oneToken", "read", {"weights": "BF16"}),
        Kernel("DecodingBenchmark", "layers", "read", {"weights": "BF16", "tokens": 1}),
    ]
    return (
        found
        if quick
        else found + [Kernel("DecodingBenchmark", "layers", "read", {"weights": "F32", "tokens": 1})]
    )


def measure(linnet, machine, options, wanted=lambda name: True):
    """The section: a row for each kernel that is wanted and each number of threads."""
    rows = []
    for kernel in [kernel for kernel in kernels(options.quick) if wanted(kernel.name)]:
        for threads in sorted({1, machine.cores}):
            rows.append(measure_kernel(linnet, kernel, threads, options))
            print(
                f"{kernel.name}, {threads} threads: {rows[-1]['share']['median']:.2f} of {kernel.limit}",
                flush=True,
            )
    shares = {f"{row['name']}, {row['threads']} threads": row["share"] for row in rows}
    return {"rows": rows, "shares": shares, "notes": []}


def measure_kernel(linnet, kernel, threads, options):
    answers = {}

    def call(seconds):
        answers.update(
            java.kernel(linnet, kernel.benchmark, kernel.method, seconds, threads=threads, **kernel.params)
        )
        return answers["gigaFlops" if kernel.limit == "peak" else "gigaBytes"]

    def limit(seconds):
        if kernel.limit == "peak":
            return java.peak(linnet, threads, seconds)
        if kernel.limit == "read":
            return java.bandwidth(linnet, threads, seconds)
        return java.kernel(linnet, "ElementwiseBenchmark", "copy", seconds, threads=threads)["gigaBytes"]

    call(COMPILE_SECONDS)
    samples = alternate({"kernel": call, "limit": limit}, options.kernel_rounds, options.slice_seconds)
    return {
        "name": kernel.name,
        "threads": threads,
        "limitedBy": kernel.limit,
        "unit": "GFLOP/s" if kernel.limit == "peak" else "GB/s",
        "value": summary(samples["kernel"]),
        "limit": summary(samples["limit"]),
        "share": ratios(samples["kernel"], samples["limit"]),
        "flopsPerByte": answers["flopsPerCall"] / answers["bytesPerCall"],
        "gigaFlops": answers["gigaFlops"],
    }
