import unittest

from benchmarks.compare.clients import CLIENTS, parse
from benchmarks.compare.load_client import WrongAnswer

REPORTS = {
    "wrk": (
        "  163207 requests in 2.00s, 16.0MB read\nRequests/sec:  81577.90\n",
        163207,
        "  10 requests in 1.00s, 1KB read\n  Non-2xx or 3xx responses: 3\n",
    ),
    "h2load": (
        "requests: 81234 total, 81298 started, 81234 done, 81234 succeeded, 0 failed, 0 errored, 0 timeout\n",
        81234,
        "requests: 100 total, 100 started, 90 done, 90 succeeded, 10 failed, 10 errored, 0 timeout\n",
    ),
    "ab": (
        "Complete requests:      83207\nFailed requests:        0\n",
        83207,
        "Complete requests:      83207\nFailed requests:        12\n",
    ),
    "hey": (
        "Status code distribution:\n  [200]\t34061 responses\n",
        34061,
        "Status code distribution:\n  [200]\t5 responses\n\nError distribution:\n  [1]\tGet: EOF\n",
    ),
}


class ClientsTest(unittest.TestCase):
    def test_reads_what_each_client_says(self):
        for client in CLIENTS:
            good, answered, bad = REPORTS[client.name]
            with self.subTest(client.name):
                self.assertEqual(parse(client, good, ""), answered)
                with self.assertRaises(WrongAnswer):
                    parse(client, bad, "")
                with self.assertRaisesRegex(WrongAnswer, "could not connect"):
                    parse(client, "", "could not connect")
