"""The repositories that Bazel 4 downloads on its own, made from files of this folder instead."""

def _stand_in_impl(ctx):
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    for path, content in ctx.attr.contents.items():
        ctx.file(path, content, executable = False)
    for label, path in ctx.attr.files.items():
        ctx.symlink(label, path)

_stand_in = repository_rule(
    implementation = _stand_in_impl,
    attrs = {
        "contents": attr.string_dict(doc = "Path to text."),
        "files": attr.label_keyed_string_dict(doc = "File to path.", allow_files = True),
    },
)

def bazel4_stand_ins():
    """Declares those that the workspace has not declared itself, under Bazel 4 only."""
    if hasattr(native, "module_name"):  # Debian's Bazel does not tell its version; release 5 brought modules.
        return
    declared = native.existing_rules()
    if "rules_cc" not in declared:
        _stand_in(
            name = "rules_cc",
            contents = {"cc/BUILD": ""},
            files = {Label("//bazel/bazel4:rules_cc.bzl"): "cc/defs.bzl"},
        )
    if "platforms" not in declared:
        _stand_in(
            name = "platforms",
            contents = {"BUILD": """
constraint_setting(name = "incompatible_setting")

constraint_value(
    name = "incompatible",
    constraint_setting = ":incompatible_setting",
    visibility = ["//visibility:public"],
)
"""},
            files = {
                Label("//bazel/bazel4:platforms_cpu.BUILD"): "cpu/BUILD",
                Label("//bazel/bazel4:platforms_os.BUILD"): "os/BUILD",
            },
        )
    if "rules_java" not in declared:
        _stand_in(
            name = "rules_java",
            contents = {
                "java/BUILD": "",
                "java/defs.bzl": "java_binary = native.java_binary\njava_import = native.java_import\n" +
                                 "java_library = native.java_library\n" +
                                 "java_toolchain = native.java_toolchain\n" +
                                 "java_package_configuration = native.java_package_configuration\n" +
                                 "java_runtime = native.java_runtime\n",
            },
        )
    if "remote_coverage_tools" not in declared:
        # Every cc_test names them; only `bazel coverage` runs them.
        _stand_in(
            name = "remote_coverage_tools",
            contents = {"BUILD": """
[
    sh_binary(
        name = tool,
        srcs = ["nothing.sh"],
        visibility = ["//visibility:public"],
    )
    for tool in ["coverage_report_generator", "lcov_merger"]
]
""", "nothing.sh": "#!/bin/sh\n"},
        )
