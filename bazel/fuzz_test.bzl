"""A libFuzzer target that is an ordinary test without --config=fuzz: it then replays its corpus."""

load("@rules_cc//cc:defs.bzl", "cc_test")
load("//bazel:copts.bzl", "FORKLIFT_COPTS")

def fuzz_test(name, corpus, deps):
    """Declares a fuzz target.

    Args:
      name: the target, and its source file without the extension.
      corpus: the folder of inputs beside it.
      deps: what it fuzzes.
    """
    cc_test(
        name = name,
        size = "small",
        srcs = [name + ".cc"],
        args = [native.package_name() + "/" + corpus],
        copts = FORKLIFT_COPTS,
        data = native.glob([corpus + "/**"]),
        linkopts = select({
            "//bazel:fuzzing": ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        deps = deps + select({
            "//bazel:fuzzing": [],
            "//conditions:default": ["//tests/support:corpus_replay"],
        }),
    )
