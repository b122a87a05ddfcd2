import unittest

from benchmarks.compare.summary import base_name, ratio, spread


class SummaryTest(unittest.TestCase):
    def test_spread_is_a_share_of_the_median(self):
        self.assertEqual(spread([9, 10, 12]), 0.3)
        self.assertEqual(spread([7]), 0)
        self.assertEqual(spread([]), 0)
        self.assertEqual(spread([0, 0]), 0)

    def test_ratio_is_taken_round_by_round(self):
        # The machine was twice as slow in the second round, for both.
        self.assertEqual(ratio([10, 20, 30], [5, 10, 10]), 2)

    def test_no_ratio_without_a_common_round(self):
        self.assertIsNone(ratio([], [1]))
        self.assertIsNone(ratio([1], [0]))

    def test_base_is_the_first_peer_of_those_with_most_figures(self):
        rows = [{"name": "a", "error": "gone"}, *({"name": name, "error": None} for name in "abcbc")]
        self.assertEqual(base_name(rows, ("a", "c", "b")), "c")
        self.assertIsNone(base_name(rows, ("nginx",)))
        self.assertIsNone(base_name(rows, ()))
