"""The parser that Forklift's is measured against: a checkout of the user's, if there is one."""

_EMPTY = """
cc_library(
    name = "picohttpparser",
    visibility = ["//visibility:public"],
)
"""

# As its authors measure it.
_PARSER = """
cc_library(
    name = "picohttpparser",
    srcs = ["picohttpparser.c"],
    hdrs = ["picohttpparser.h"],
    copts = ["-O3", "-msse4.2", "-w"],
    defines = ["FORKLIFT_HAS_PICOHTTPPARSER"],
    includes = ["."],
    visibility = ["//visibility:public"],
)
"""

def _picohttpparser_impl(ctx):
    checkout = ctx.os.environ.get("PICOHTTPPARSER")
    build = _EMPTY
    if checkout:
        build = _PARSER
        for name in ["picohttpparser.c", "picohttpparser.h"]:
            ctx.symlink(ctx.path(checkout).get_child(name), name)
    ctx.file("BUILD.bazel", "load(\"@rules_cc//cc:defs.bzl\", \"cc_library\")\n" + build)
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)

# Its cc_library is empty without --repo_env=PICOHTTPPARSER=FOLDER.
picohttpparser = repository_rule(
    implementation = _picohttpparser_impl,
    environ = ["PICOHTTPPARSER"],
    local = True,
)
