"""python3 -m unittest harness.test_regression, in the folder benchmarks."""

import unittest

from harness.regression import case, falls, shares
from harness.stats import ratios, summary


def around(median, spread=0.0):
    return {"median": median, "q1": median - spread / 2, "q3": median + spread / 2, "n": 5}


class Regression(unittest.TestCase):
    def names(self, recorded, fresh):
        return [fall.name for fall in falls(recorded, fresh)]

    def test_a_fall_beyond_the_spread_is_found_and_named(self):
        recorded = {"gemm": around(0.8, 0.05), "norm": around(0.9, 0.05)}
        self.assertEqual(
            ["gemm"], self.names(recorded, {"gemm": around(0.7, 0.02), "norm": around(0.88, 0.02)})
        )

    def test_a_wide_spread_of_either_side_allows_more(self):
        self.assertEqual([], self.names({"gemm": around(0.8, 0.2)}, {"gemm": around(0.7, 0.01)}))
        self.assertEqual([], self.names({"gemm": around(0.8, 0.01)}, {"gemm": around(0.7, 0.2)}))

    def test_narrow_spreads_do_not_make_a_tiny_fall_a_finding(self):
        self.assertEqual([], self.names({"gemm": around(0.8)}, {"gemm": around(0.78)}))
        self.assertEqual(["gemm"], self.names({"gemm": around(0.8)}, {"gemm": around(0.77)}))

    def test_a_rise_is_none(self):
        self.assertEqual([], self.names({"gemm": around(0.5)}, {"gemm": around(0.9)}))

    def test_only_kernels_of_both_are_compared(self):
        self.assertEqual([], self.names({"gone": around(0.8)}, {"new": around(0.1)}))

    def test_shares_of_both_sections(self):
        sections = {"gemm": {"shares": {"a": 1}}, "kernels": {"shares": {"b": 2}}, "lora": {}}
        self.assertEqual({"a": 1, "b": 2}, shares(sections))
        self.assertEqual("gemm 1x2x3 forward", case("gemm 1x2x3 forward, F32, 2 threads"))


class Statistics(unittest.TestCase):
    def test_quartiles(self):
        self.assertEqual({"median": 3, "q1": 2, "q3": 4, "n": 5}, summary([5, 1, 4, 2, 3]))

    def test_ratios_are_taken_within_pairs(self):
        # the machine halves its speed between the pairs; the ratio does not change
        self.assertEqual(2, ratios([10, 5, 10], [5, 2.5, 5])["median"])
        self.assertEqual(0, ratios([10, 5], [5, 2.5])["q3"] - ratios([10, 5], [5, 2.5])["q1"])


if __name__ == "__main__":
    unittest.main()
