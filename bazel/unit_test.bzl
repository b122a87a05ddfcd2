"""A GoogleTest whose source file bears its name: tests/net/pipe_test.cc is //tests/net:pipe_test."""

load("@rules_cc//cc:defs.bzl", "cc_test")
load("//bazel:copts.bzl", "FORKLIFT_COPTS")

def unit_test(name, deps, **kwargs):
    cc_test(
        name = name,
        size = kwargs.pop("size", "small"),
        srcs = [name + ".cc"],
        copts = FORKLIFT_COPTS,
        deps = deps + ["@googletest//:gtest_main"],
        **kwargs
    )
