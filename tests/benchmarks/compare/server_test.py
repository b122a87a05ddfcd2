import string
import unittest

from benchmarks.compare import parts
from benchmarks.compare.documents import FILES, HELLO, HELLO_FLASK
from benchmarks.compare.forklift_servers import EVENT, FORK_LIMIT, ITERATIVE
from benchmarks.compare.server import CONNECTION_EACH, KEEP_ALIVE, Cell, processes_for

VALUES = dict.fromkeys(
    ("port", "folder", "root", "serve", "runfiles", "application", "processes", "configuration"), "x"
)


class ServerTest(unittest.TestCase):
    def test_every_command_and_configuration_is_complete(self):
        for server in parts.all_servers():
            with self.subTest(server.name):
                self.assertGreater(len(server.arguments(VALUES)), 1)
                string.Template(server.configuration).substitute(VALUES)

    def test_names_are_unique(self):
        for part in parts.WHOLE:
            names = [server.name for server in part.servers]
            self.assertEqual(len(names), len(set(names)))

    def test_every_cell_has_a_server_to_compare_with_another(self):
        for part in (*parts.QUICK, *parts.WHOLE):
            for cell in part.cells:
                self.assertGreater(sum(server.takes(cell) for server in part.servers), 1, (part.name, str(cell)))

    def test_what_a_server_takes(self):
        self.assertTrue(EVENT.takes(Cell(KEEP_ALIVE, 10_000, FILES[0])))
        self.assertFalse(EVENT.takes(Cell(KEEP_ALIVE, 1, HELLO_FLASK)))
        self.assertTrue(ITERATIVE.takes(Cell(KEEP_ALIVE, 1)))
        self.assertFalse(ITERATIVE.takes(Cell(KEEP_ALIVE, 2)))
        self.assertTrue(ITERATIVE.takes(Cell(CONNECTION_EACH, 1000)))
        self.assertFalse(FORK_LIMIT.takes(Cell(KEEP_ALIVE, 1)))

    def test_processes_for_as_many_connections_as_stay(self):
        self.assertEqual(processes_for(Cell(KEEP_ALIVE, 1000)), 1000)
        self.assertEqual(processes_for(Cell(CONNECTION_EACH, 1000)), 16)

    def test_documents_are_as_long_as_they_say(self):
        for document in (HELLO, HELLO_FLASK, *FILES):
            self.assertEqual(len(document.body), document.size)
