#!/bin/sh
# Runs the test cases of a Python module, named from the root of the runfiles.
exec env PYTHONDONTWRITEBYTECODE=1 python3 -m unittest "$@"
