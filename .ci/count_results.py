#!/usr/bin/env python3
"""Counts test results from Bazel's build event files: count_results.py FILE ...

Prints what failed and what was skipped, and as its last line "N passed, N failed", one for each test target
of each file. Exits with 1 where one failed, where none ran, or where a file tells of none at all.
"""

import json
import sys
import urllib.parse
import xml.etree.ElementTree


def skipped_cases(url):
    """The names of the test cases that a test.xml reports as skipped."""
    tree = xml.etree.ElementTree.parse(urllib.parse.unquote(urllib.parse.urlparse(url).path))
    return [
        f"{case.get('classname')}.{case.get('name')}"
        for case in tree.iter("testcase")
        if case.get("result") == "skipped" or case.find("skipped") is not None
    ]


def read_results(path):
    """Test label to passed or not; a target that was not built or not run has not passed."""
    results = {}
    with open(path, encoding="utf-8") as file:
        events = [json.loads(line) for line in file]
    for event in events:
        if event.get("configured", {}).get("testSize", "UNKNOWN") != "UNKNOWN":
            results[event["id"]["targetConfigured"]["label"]] = False
    for event in events:
        if "testSummary" in event:
            label = event["id"]["testSummary"]["label"]
            results[label] = event["testSummary"]["overallStatus"] == "PASSED"
        for output in event.get("testResult", {}).get("testActionOutput", []):
            if output["name"] == "test.xml":
                for case in skipped_cases(output["uri"]):
                    print(f"skipped: {case}")
    return results


def main():
    passed = failed = 0
    empty = False
    for path in sys.argv[1:]:
        try:
            results = read_results(path)
        except OSError as error:
            print(f"no results: {error}")
            results = {}
        empty = empty or not results
        for label, good in sorted(results.items()):
            if good:
                passed += 1
            else:
                failed += 1
                print(f"failed: {label}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or empty or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
