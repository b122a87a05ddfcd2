#!/bin/sh
# Runs each case of a benchmark once: runs_test.sh BENCHMARK
set -eu
output=$TEST_TMPDIR/output
# It exits with 0 where a case says that it has failed, and where there is none.
if ! "$1" --benchmark_min_time=1x --benchmark_format=json >"$output" ||
  grep -q '"error_occurred": true' "$output" || ! grep -q '"iterations"' "$output"; then
  cat "$output"
  exit 1
fi
