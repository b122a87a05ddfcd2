import json
import unittest

from benchmarks.compare.fork_cost import parse


def run(name, time, kind="iteration"):
    return {"run_name": name, "run_type": kind, "real_time": time}


class ForkCostTest(unittest.TestCase):
    def test_reads_the_benchmarks_report(self):
        text = json.dumps(
            {
                "benchmarks": [
                    run("BM_BareForkWaitResident/MiB:512/real_time", 900e3),
                    run("BM_BareForkWaitResident/MiB:64/real_time", 150e3),
                    run("BM_ForkReapResident/MiB:64/real_time", 160e3),
                    run("BM_BareForkWaitResident/MiB:64/real_time", 170e3),
                    run("BM_BareForkWaitResident/MiB:64/real_time", 160e3, "aggregate"),
                ]
            }
        )
        self.assertEqual(
            [(row["name"], row["resident_mib"], row["wall_us"]) for row in parse(text)],
            [("//proc", 64, [160]), ("bare system calls", 64, [150, 170]), ("bare system calls", 512, [900])],
        )
