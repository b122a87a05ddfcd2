"""A GoogleTest of //apps:wsgi_server with the applications of tests/integration/wsgi."""

load("//bazel:unit_test.bzl", "unit_test")

def wsgi_test(name, deps = [], **kwargs):
    """Declares a test of tests/integration.

    Args:
      name: the target, and its source file without the extension.
      deps: beside what all of them need.
      **kwargs: as of a cc_test.
    """
    unit_test(
        name = name,
        size = "medium",
        data = ["//apps:wsgi_server"] + native.glob(["wsgi/**/*.py"]),
        env = {
            "SERVER": "$(rootpath //apps:wsgi_server)",
            "WSGI_APPLICATIONS": "$(rootpath wsgi/hello.py)",
        },
        deps = [
            ":wsgi_test",
            "//net:unique_fd",
            "//tests/support:eventually",
            "//tests/support:running_server",
            "//tests/support:test_client",
            "//tests/support:test_process",
            "@abseil-cpp//absl/log:check",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/time",
        ] + deps,
        **kwargs
    )
