"""Ends the interpreter instead of being imported."""

import sys

sys.exit(0)
