"""The parser of Node.js, which Forklift's is held against: the system's sources, if there are any."""

_EMPTY = """
cc_library(
    name = "llhttp",
    visibility = ["//visibility:public"],
)
"""

_PARSER = """
cc_library(
    name = "llhttp",
    srcs = [
        "api.c",
        "http.c",
        "llhttp.c",
    ],
    hdrs = ["llhttp.h"],
    copts = ["-w"],
    defines = ["FORKLIFT_HAS_LLHTTP"],
    includes = ["."],
    visibility = ["//visibility:public"],
)
"""

# Where Debian's package node-llhttp has them, below its prefix.
_FILES = {
    "api.c": "share/llhttp/api.c",
    "http.c": "share/llhttp/http.c",
    "llhttp.c": "share/llhttp/llhttp.c",
    "llhttp.h": "share/include/llhttp/llhttp.h",
}

def _llhttp_impl(ctx):
    prefix = ctx.os.environ.get("LLHTTP_PREFIX", "/usr")
    files = {name: ctx.path(prefix + "/" + path) for name, path in _FILES.items()}
    found = not [path for path in files.values() if not path.exists]
    if found:
        for name, path in files.items():
            ctx.symlink(path, name)
    build = _PARSER if found else _EMPTY
    ctx.file("BUILD.bazel", "load(\"@rules_cc//cc:defs.bzl\", \"cc_library\")\n" + build)
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)

# Its cc_library is empty unless node-llhttp is installed, or unpacked below --repo_env=LLHTTP_PREFIX=FOLDER.
llhttp = repository_rule(
    implementation = _llhttp_impl,
    environ = ["LLHTTP_PREFIX"],
    local = True,
)
