"""python3 -m unittest harness.test_targets, in the folder benchmarks."""

import unittest

from harness.kernels import beyond
from harness.stats import summary
from harness.targets import at_most, cost, memory


class Targets(unittest.TestCase):
    def test_quartiles_are_shown_where_there_are_samples(self):
        self.assertEqual("1.05 [1.00–1.10] ×", at_most("", "", 1.1, summary([1, 1, 1.05, 1.1, 1.1]), "×").measured)
        self.assertEqual("1.05 ×", at_most("", "", 1.1, 1.05, "×").measured)

    def test_the_median_decides(self):
        self.assertTrue(at_most("", "", 1.1, summary([1, 1.1, 2]), "×").met)
        self.assertFalse(at_most("", "", 1.1, summary([1, 1.2, 1.3]), "×").met)

    def test_growths_have_quartiles(self):
        section = {"growthWithLayers": summary([1, 2, 3]), "growthWithTokens": summary([1, 1, 1])}
        measured = [verdict.measured for verdict in cost({"cost": section})]
        self.assertEqual(["2.00 [1.50–2.50] ×", "1.00 [1.00–1.00] ×", "not measured"], measured)

    def test_memory_is_held_against_every_peer(self):
        peaks = {"linnet": 1, "trl": 10, "loop": 8, "loop-rows": 2}
        sides = {name: {"peakBytes": summary([peak])} for name, peak in peaks.items()}
        found = [one for one in memory({"lora": {"sides": sides}}) if one.what == "peak memory of the LoRA step"]
        met = {one.beside: one.met for one in found}
        self.assertEqual({"": None, "TRL": True, "hand-tuned loop": True, "the loop row by row": False}, met)


class Limits(unittest.TestCase):
    def test_a_kernel_far_above_its_limit_is_named(self):
        def row(share):
            return {"name": "add", "threads": 2, "limitedBy": "copy", "share": summary([share])}

        self.assertEqual([], beyond([row(1.15)]))
        self.assertEqual(["add, 2 threads: 1.22 of copy, which therefore is not its limit"], beyond([row(1.22)]))


if __name__ == "__main__":
    unittest.main()
