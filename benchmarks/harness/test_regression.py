"""python3 -m unittest harness.test_regression, in the folder benchmarks."""

import unittest

from harness.regression import case, elsewhere, falls, missing, shares
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

    def test_a_wide_recorded_spread_allows_more(self):
        self.assertEqual([], self.names({"gemm": around(0.8, 0.07)}, {"gemm": around(0.74, 0.01)}))
        self.assertEqual(["gemm"], self.names({"gemm": around(0.8, 0.05)}, {"gemm": around(0.74, 0.01)}))

    def test_no_spread_allows_more_than_a_tenth(self):
        self.assertEqual([], self.names({"gemm": around(0.8, 0.4)}, {"gemm": around(0.73)}))
        self.assertEqual(["gemm"], self.names({"gemm": around(0.8, 0.4)}, {"gemm": around(0.71)}))

    def test_a_kernel_that_one_process_in_two_compiles_badly_does_not_excuse_itself(self):
        recorded = {"norm": around(0.5, 0.02)}
        self.assertEqual(["norm"], self.names(recorded, {"norm": summary([0.5] * 6 + [0.25] * 6)}))

    def test_a_wide_fresh_spread_allows_nothing(self):
        self.assertEqual(["gemm"], self.names({"gemm": around(0.8, 0.01)}, {"gemm": around(0.75, 0.2)}))

    def test_narrow_spreads_do_not_make_a_tiny_fall_a_finding(self):
        self.assertEqual([], self.names({"gemm": around(0.8)}, {"gemm": around(0.78)}))
        self.assertEqual(["gemm"], self.names({"gemm": around(0.8)}, {"gemm": around(0.77)}))

    def test_a_rise_is_none(self):
        self.assertEqual([], self.names({"gemm": around(0.5)}, {"gemm": around(0.9)}))

    def test_a_kernel_that_is_not_measured_any_more_is_missing_and_has_not_fallen(self):
        recorded, fresh = {"gone": around(0.8)}, {"new": around(0.1)}
        self.assertEqual([], self.names(recorded, fresh))
        self.assertEqual(["gone"], [one.name for one in missing(recorded, fresh)])
        self.assertEqual([], missing(recorded, recorded))

    def test_sections_of_another_processor_or_number_of_cores_are_named(self):
        this = {"processor": "A", "cores": 2}
        sections = {"gemm": {"run": this}, "kernels": {"run": {"processor": "B", "cores": 2}}}
        self.assertEqual({"kernels": "B, 2 cores"}, elsewhere(sections, this))
        self.assertEqual({"gemm": "A, 4 cores"}, elsewhere({"gemm": {"run": this | {"cores": 4}}}, this))
        self.assertEqual({}, elsewhere({"gemm": {"run": this}, "lora": {"run": {}}}, this))

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
