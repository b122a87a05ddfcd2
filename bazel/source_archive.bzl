"""A repository from a release archive: a Debian mirror's where apt knows one, else upstream's."""

def _debian_mirrors(ctx):
    """The mirrors that this machine's apt is set up with; none where there is no apt."""
    if not ctx.which("apt-get"):
        return []
    listed = ctx.execute(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"])
    mirrors = {uri: None for uri in listed.stdout.splitlines() if uri.startswith("http")}
    return mirrors.keys() if listed.return_code == 0 else []

def _source_archive_impl(ctx):
    # Debian repacks some archives, so the bytes differ from upstream's (hence two checksums); the trees do not.
    debian_urls = [mirror + ctx.attr.debian_path for mirror in _debian_mirrors(ctx)]
    found = ctx.attr.debian_path and debian_urls and ctx.download_and_extract(
        debian_urls,
        sha256 = ctx.attr.debian_sha256,
        stripPrefix = ctx.attr.debian_strip_prefix,
        allow_fail = True,
    ).success
    if not found:
        ctx.download_and_extract(
            ctx.attr.urls,
            sha256 = ctx.attr.sha256,
            stripPrefix = ctx.attr.strip_prefix,
        )
    if ctx.attr.build_file:
        # The name that wins over a BUILD file of the archive's own.
        ctx.delete("BUILD.bazel")
        ctx.symlink(ctx.attr.build_file, "BUILD.bazel")
    if not ctx.path("WORKSPACE").exists:
        ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)

source_archive = repository_rule(
    implementation = _source_archive_impl,
    attrs = {
        "build_file": attr.label(doc = "Replaces the archive's own BUILD file.", allow_single_file = True),
        "debian_path": attr.string(doc = "Below a Debian mirror's root."),
        "debian_sha256": attr.string(),
        "debian_strip_prefix": attr.string(),
        "sha256": attr.string(mandatory = True),
        "strip_prefix": attr.string(),
        "urls": attr.string_list(mandatory = True, doc = "Upstream's."),
    },
)
