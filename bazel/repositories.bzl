"""Forklift's dependencies for WORKSPACE builds; MODULE.bazel says the same to newer Bazels."""

load("//bazel:cpython.bzl", "cpython")
load("//bazel:llhttp.bzl", "llhttp")
load("//bazel:picohttpparser.bzl", "picohttpparser")
load("//bazel:source_archive.bzl", "source_archive")
load("//bazel/bazel4:stand_ins.bzl", "bazel4_stand_ins")

def _declare(name, **kwargs):
    """A source_archive, unless the workspace has chosen its own release under this name."""
    if name not in native.existing_rules():
        source_archive(name = name, **kwargs)

def forklift_dependencies():
    """What the libraries need: all that a consumer's WORKSPACE has to call."""
    bazel4_stand_ins()
    _declare(
        name = "bazel_skylib",  # loaded by Abseil
        debian_path = "pool/main/b/bazel-skylib/bazel-skylib_1.0.3.orig.tar.xz",
        debian_sha256 = "b22f0f38d9a1ac565fce8a43df3d284f6b8e5e8775bda54b5cb687bed46b6ea4",
        debian_strip_prefix = "bazel-skylib-1.0.3",
        sha256 = "1c531376ac7e5a180e0237938a2536de0c54d93f5c278634818e0efc952dd56c",
        urls = ["https://github.com/bazelbuild/bazel-skylib/releases/download/1.0.3/bazel-skylib-1.0.3.tar.gz"],
    )
    _declare(
        name = "abseil-cpp",
        debian_path = "pool/main/a/abseil/abseil_20240722.0.orig.tar.gz",
        debian_sha256 = "df6d1f5ef540725f3851201176a60486aab332410788465c9877910bb471c34a",
        debian_strip_prefix = "abseil-20240722.0",
        sha256 = "f50e5ac311a81382da7fa75b97310e4b9006474f9560ac46f54a9967f07d4ae3",
        strip_prefix = "abseil-cpp-20240722.0",
        urls = ["https://github.com/abseil/abseil-cpp/archive/refs/tags/20240722.0.tar.gz"],
    )
    _declare(
        name = "nlohmann_json",
        build_file = Label("//bazel:nlohmann_json.BUILD"),
        debian_path = "pool/main/n/nlohmann-json3/nlohmann-json3_3.11.2.orig.tar.gz",
        debian_sha256 = "d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273",
        debian_strip_prefix = "json-3.11.2",
        sha256 = "d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273",
        strip_prefix = "json-3.11.2",
        urls = ["https://github.com/nlohmann/json/archive/refs/tags/v3.11.2.tar.gz"],
    )
    if "cpython" not in native.existing_rules():
        cpython(name = "cpython")

def forklift_dev_dependencies():
    """What only Forklift's own tests and benchmarks need."""
    _declare(
        name = "googletest",
        debian_path = "pool/main/g/googletest/googletest_1.16.0.orig.tar.gz",
        debian_sha256 = "2f54382b5d13d6cd0be2afc524f1e510d37f8ba78c2d439c5bea64ef37e30d01",
        debian_strip_prefix = "googletest-1.16.0",
        sha256 = "78c676fc63881529bf97bf9d45948d905a66833fbfa5318ea2cd7478cb98f399",
        strip_prefix = "googletest-1.16.0",
        urls = ["https://github.com/google/googletest/archive/refs/tags/v1.16.0.tar.gz"],
    )
    _declare(
        name = "google_benchmark",
        build_file = Label("//bazel:google_benchmark.BUILD"),
        debian_path = "pool/main/b/benchmark/benchmark_1.9.1.orig.tar.gz",
        debian_sha256 = "32131c08ee31eeff2c8968d7e874f3cb648034377dfc32a4c377fa8796d84981",
        debian_strip_prefix = "benchmark-1.9.1",
        sha256 = "32131c08ee31eeff2c8968d7e874f3cb648034377dfc32a4c377fa8796d84981",
        strip_prefix = "benchmark-1.9.1",
        urls = ["https://github.com/google/benchmark/archive/refs/tags/v1.9.1.tar.gz"],
    )
    if "llhttp" not in native.existing_rules():
        llhttp(name = "llhttp")
    if "picohttpparser" not in native.existing_rules():
        picohttpparser(name = "picohttpparser")
