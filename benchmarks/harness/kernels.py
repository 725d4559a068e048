"""All other kernels, each beside its limit: the multiply-add loop, a pure read, or a copy."""

from dataclasses import dataclass, field

from harness import java
from harness.gemm import COMPILE_SECONDS, add, alternate, processes, rounds
from harness.stats import ratios, summary

# of a limit: what does more is not limited by it
MOST_SHARE = 1.15


@dataclass(frozen=True)
class Kernel:
    """A method of a JMH class; `limit` is peak (operations), read or copy (bytes)."""

    benchmark: str
    method: str
    limit: str
    params: dict = field(default_factory=dict, hash=False)

    @property
    def name(self):
        details = " ".join(str(value) for value in self.params.values())
        return f"{self.benchmark.removesuffix('Benchmark').lower()} {self.method} {details}".rstrip()


def kernels(quick):
    copied = ["rmsNorm", "rmsNormBackwardInput", "swiGlu", "swiGluBackward", "rope", "adamW", "adamWEach", "add"]
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
        Kernel("FactorBenchmark", "gradientA", "read"),
        Kernel("FactorBenchmark", "gradientB", "read"),
        weight_gradient("1024x1536x576"),
        Kernel("HeadBenchmark", "crossEntropy", "peak", {"weights": "BF16"}),
        Kernel("HeadBenchmark", "oneToken", "read", {"weights": "BF16"}),
        Kernel("DecodingBenchmark", "layers", "read", {"weights": "BF16", "tokens": 1}),
    ]
    if not quick:
        found += [
            weight_gradient("1024x576x1536"),
            Kernel("HeadBenchmark", "crossEntropyTrained", "peak", {"weights": "F32"}),
            Kernel("DecodingBenchmark", "layers", "read", {"weights": "F32", "tokens": 1}),
        ]
    return found


def weight_gradient(shape):
    return Kernel("GemmBenchmark", "weightGradient", "peak", {"shape": shape, "weights": "F32"})


def measure(machine, options, wanted=lambda name: True):
    """The section: a row for each kernel that is wanted and each number of threads."""
    counts = sorted({1, machine.cores})
    cases = [(kernel, n) for kernel in kernels(options.quick) if wanted(kernel.name) for n in counts]
    samples, answers = {case: {} for case in cases}, {}
    for _ in processes(options) if cases else ():
        with java.server(machine) as linnet:
            for case in cases:
                found, answers[case] = measure_kernel(linnet, *case, options)
                share = ratios(found["kernel"], found["limit"])["median"]
                print(f"{case[0].name}, {case[1]} threads: {share:.2f} of {case[0].limit}", flush=True)
                add(samples[case], found)
    rows = [row(*case, samples[case], answers[case]) for case in cases]
    shares = {f"{one['name']}, {one['threads']} threads": one["share"] for one in rows}
    notes = beyond(rows)
    for note in notes:
        print(f"warning: {note}", flush=True)
    return {"rows": rows, "shares": shares, "notes": notes}


def beyond(rows):
    """What is said of kernels that do clearly more than their limit."""
    return [
        f"{one['name']}, {one['threads']} threads: {one['share']['median']:.2f} of {one['limitedBy']}, "
        "which therefore is not its limit"
        for one in rows
        if one["share"]["median"] > MOST_SHARE
    ]


def measure_kernel(linnet, kernel, threads, options):
    """Samples of the kernel and of its limit, and the server's last answer."""
    answer = {}

    def call(seconds):
        params = {"threads": threads, **kernel.params}
        answer.update(java.kernel(linnet, kernel.benchmark, kernel.method, seconds, **params))
        return answer["gigaFlops" if kernel.limit == "peak" else "gigaBytes"]

    def limit(seconds):
        if kernel.limit == "peak":
            return java.peak(linnet, threads, seconds)
        if kernel.limit == "read":
            return java.bandwidth(linnet, threads, seconds)
        return java.kernel(linnet, "ElementwiseBenchmark", "copy", seconds, threads=threads)["gigaBytes"]

    call(COMPILE_SECONDS)
    return alternate({"kernel": call, "limit": limit}, rounds(options), options.slice_seconds), answer


def row(kernel, threads, samples, answer):
    return {
        "name": kernel.name,
        "threads": threads,
        "limitedBy": kernel.limit,
        "unit": "GFLOP/s" if kernel.limit == "peak" else "GB/s",
        "value": summary(samples["kernel"]),
        "limit": summary(samples["limit"]),
        "share": ratios(samples["kernel"], samples["limit"]),
        "flopsPerByte": answer["flopsPerCall"] / answer["bytesPerCall"],
    }
