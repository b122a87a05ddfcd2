import unittest
import xml.etree.ElementTree

from benchmarks.compare import pictures, plots

SVG = "{http://www.w3.org/2000/svg}"


def read(text):
    return xml.etree.ElementTree.fromstring(text)


class PlotsTest(unittest.TestCase):
    def test_bars_are_as_long_as_their_values(self):
        picture = read(plots.bars("A & B <c>", "µs", [("forklift", 50), ("peer", 100)]))
        half, whole = [float(bar.get("width")) for bar in picture.iter(SVG + "rect") if bar.get("y")]
        self.assertAlmostEqual(half * 2, whole, places=1)
        self.assertEqual(next(picture.iter(SVG + "text")).text, "A & B <c>")

    def test_lines_have_logarithmic_axes(self):
        picture = read(plots.lines("a", "x", "y", {"one": [(1, 10), (10, 10), (100, 1000)]}))
        (line,) = picture.iter(SVG + "polyline")
        points = [tuple(map(float, point.split(","))) for point in line.get("points").split()]
        self.assertAlmostEqual(points[1][0] - points[0][0], points[2][0] - points[1][0], places=0)
        self.assertEqual(points[0][1], points[1][1])
        self.assertLess(points[2][1], points[1][1])  # upwards

    def test_axis_goes_from_tick_to_tick(self):
        picture = read(plots.lines("a", "x", "y", {"one": [(1, 22), (2, 155)]}))
        labels = [text.text for text in picture.iter(SVG + "text")]
        self.assertEqual([label for label in labels if label.isdigit()], ["20", "50", "100", "200", "1", "2"])

    def test_one_point_is_no_error(self):
        read(plots.lines("a", "x", "y", {"one": [(1, 1)]}))

    def test_what_is_drawn(self):
        base = {"document": "hello", "mode": "keep-alive", "connections": 64, "cpu_us": [1.0, 2.0, 3.0], "error": None}
        rows = [
            {**base, "part": "peers", "name": "nginx"},
            {**base, "part": "peers", "name": "gone", "cpu_us": [], "error": "it was not there"},
            {**base, "part": "designs", "name": "forklift-event"},
            {**base, "part": "designs", "name": "gone", "cpu_us": [0.0]},
            {"part": "memory", "name": "nginx", "connections": 9, "bytes": [500], "error": None},
            {"part": "fork", "name": "bare", "resident_mib": 1, "wall_us": [100], "error": None},
        ]
        drawn = pictures.draw(rows)
        self.assertEqual(
            [name for _, name, _ in drawn], ["peers-keep-alive", "designs-hello-keep-alive", "memory", "fork"]
        )
        for _, _, picture in drawn:
            read(picture)
            self.assertNotIn("gone", picture)

    def test_nothing_measured_is_nothing_drawn(self):
        self.assertEqual(pictures.draw([]), [])
