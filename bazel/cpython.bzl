"""CPython as a library, for programs that run Python code themselves: the system's, where its headers are."""

_ABSENT = """
cc_library(
    name = "cpython",
    target_compatible_with = ["@platforms//:incompatible"],
    visibility = ["//visibility:public"],
)
"""

_STATIC = """
cc_library(
    name = "cpython",
    srcs = ["libpython.a"],
    hdrs = glob(["include/**/*.h"]),
    alwayslink = True,  # extension modules need what the program itself does not
    defines = ['CPYTHON_PROGRAM=\\\\"{program}\\\\"'],
    includes = ["include"],
    linkopts = [
        "-no-pie",  # as the archive's objects are
        "-Wl,--dynamic-list=$(location exported.lds)",
        {libraries},
    ],
    visibility = ["//visibility:public"],
    deps = ["exported.lds"],
)
"""

_SHARED = """
cc_library(
    name = "cpython",
    hdrs = glob(["include/**/*.h"]),
    defines = ['CPYTHON_PROGRAM=\\\\"{program}\\\\"'],
    includes = ["include"],
    linkopts = [{libraries}],
    visibility = ["//visibility:public"],
)
"""

# What extension modules may use of the program, as a list for linkers: the archive's own interface. With -rdynamic
# they would also be given the libraries that the program was built with in place of their own.
_EXPORTED = """
echo "{"
readelf --wide --syms libpython.a |
  awk '$5 == "GLOBAL" && $6 == "DEFAULT" && $7 != "UND" && $8 ~ /^_?Py/ { print $8 ";" }' | sort -u
echo "};"
"""

_DESCRIBE = """
import json, sys, sysconfig
names = "INCLUDEPY LIBPL LIBDIR LIBRARY LDVERSION LIBS SYSLIBS MODLIBS".split()
python = {name: sysconfig.get_config_var(name) or "" for name in names}
print(json.dumps(dict(python, program=sys.executable)))
"""

def _describe(ctx):
    """What Python says of its own build; None where there is none, or not its headers."""

    # Debian's before others on PATH: the PATH of actions and tests is a fixed one, and finds that one.
    usual = ctx.path("/usr/bin/python3")
    python = ctx.os.environ.get("PYTHON") or (usual if usual.exists else ctx.which("python3"))
    if not python:
        return None
    described = ctx.execute([python, "-I", "-c", _DESCRIBE])
    if described.return_code != 0:
        fail("%s does not say how it was built: %s" % (python, described.stderr))
    python = json.decode(described.stdout)
    return python if ctx.path(python["INCLUDEPY"] + "/Python.h").exists else None

def _each_once(options):
    return ", ".join({repr(option): None for option in options.split(" ") if option}.keys())

def _cpython_impl(ctx):
    python = _describe(ctx)
    build = _ABSENT
    if python:
        ctx.symlink(python["INCLUDEPY"], "include")
        archive = ctx.path(python["LIBPL"] + "/" + python["LIBRARY"])
        libraries = " ".join([python["MODLIBS"], python["LIBS"], python["SYSLIBS"]])
        if archive.exists:
            # Debian's own python3 is made of it. Python code runs a tenth to a quarter faster than in the shared one.
            ctx.symlink(archive, "libpython.a")
            ctx.file("exported.lds", ctx.execute(["sh", "-c", _EXPORTED]).stdout)
            build = _STATIC
        else:
            libraries = "-L{0} -Wl,-rpath,{0} -lpython{1} ".format(python["LIBDIR"], python["LDVERSION"]) + libraries
            build = _SHARED
        build = build.format(libraries = _each_once(libraries), program = python["program"])
    ctx.file("available.bzl", "CPYTHON_AVAILABLE = %s\n" % (python != None))
    ctx.file("BUILD.bazel", "load(\"@rules_cc//cc:defs.bzl\", \"cc_library\")\n" + build)
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)

# Its cc_library is incompatible, so that "//..." leaves out what needs it, unless the headers of /usr/bin/python3
# (Debian: python3-dev), or of --repo_env=PYTHON=PROGRAM, are there; what can also do without it asks available.bzl.
# CPYTHON_PROGRAM is that program: an embedded
# interpreter that is not told takes its modules from the python3 on PATH, which may be of another release.
cpython = repository_rule(
    implementation = _cpython_impl,
    environ = ["PYTHON"],
    local = True,
)
