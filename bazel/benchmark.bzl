"""A Google Benchmark whose source file bears its name, and a test that all of its cases still run."""

load("@rules_cc//cc:defs.bzl", "cc_binary")
load("//bazel:copts.bzl", "FORKLIFT_COPTS")

def component_benchmark(name, deps, srcs = None, visibility = None):
    cc_binary(
        name = name,
        testonly = True,
        srcs = srcs or [name + ".cc"],
        copts = FORKLIFT_COPTS,
        visibility = visibility,
        deps = deps + ["@google_benchmark//:benchmark_main"],
    )

    # Native in all that we build with, Bazel 4 to 7.
    # buildifier: disable=native-sh-test
    native.sh_test(
        name = name + "_runs_test",
        srcs = ["runs_test.sh"],
        args = ["$(rootpath :%s)" % name],
        data = [":" + name],
    )
