#!/bin/sh
# Bazel runs this in the folder of its runfiles, where the modules and our programs are.
exec env PYTHONDONTWRITEBYTECODE=1 python3 -m benchmarks.compare "$@"
