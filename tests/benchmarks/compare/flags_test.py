import contextlib
import io
import unittest

from benchmarks.compare.__main__ import matcher, parse_flags


class FlagsTest(unittest.TestCase):
    def test_defaults(self):
        flags = parse_flags([])
        self.assertFalse(flags.quick)
        self.assertTrue(matcher(flags.only)("nginx"))

    def test_globs(self):
        chosen = matcher("forklift-*,nginx")
        self.assertEqual(
            [name for name in ("forklift-event", "nginx", "nginx-2", "h2o") if chosen(name)],
            ["forklift-event", "nginx"],
        )

    def test_bad_usage_ends_with_2(self):
        for arguments in (["--rounds=0"], ["--rounds=x"], ["--fast"], ["--q"], ["more"]):
            with self.subTest(arguments), contextlib.redirect_stderr(io.StringIO()):
                with self.assertRaises(SystemExit) as ended:
                    parse_flags(arguments)
                self.assertEqual(ended.exception.code, 2)
