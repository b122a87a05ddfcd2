// OpenBeneath opens a path below a folder, which it can never leave: not by "..", an absolute path,
// a symbolic link or a change of the tree at the same time.
//
// By openat2(2) with RESOLVE_BENEATH where there is one, in one system call; else step by step
// (http/files/walk_beneath.h). Symbolic links are followed where they stay inside; absolute ones
// and those of /proc are taken to leave. Blocks as long as open(2) does. Thread-safe.
#ifndef FORKLIFT_HTTP_FILES_OPEN_BENEATH_H_
#define FORKLIFT_HTTP_FILES_OPEN_BENEATH_H_

#include "forklift/http/files/opened_path.h"

namespace forklift::http::files {

// `flags` are open(2)'s, but none that creates; O_CLOEXEC is added. The last component is followed
// like the others, so O_NOFOLLOW is not for here. EXDEV: the path leaves `root`.
OpenedPath OpenBeneath(int root, const char* path, int flags);

}  // namespace forklift::http::files

#endif  // FORKLIFT_HTTP_FILES_OPEN_BENEATH_H_
