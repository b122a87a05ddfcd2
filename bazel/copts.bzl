"""The warnings that all of Forklift's C++ is compiled with; errors only under --config=ci."""

FORKLIFT_COPTS = [
    "-Wall",
    "-Wextra",
    # {.port = 80} leaves the other members at their defaults on purpose.
    "-Wno-missing-field-initializers",
    "-Wcast-align",
    "-Wformat=2",
    "-Wimplicit-fallthrough",
    "-Wmissing-declarations",
    "-Wnon-virtual-dtor",
    "-Woverloaded-virtual",
    "-Wvla",
]
