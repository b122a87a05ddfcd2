// WalkBeneath opens a path below a folder component by component, so that it can never be left: for
// kernels, and filters of system calls, without openat2(2).
//
// No component is followed where it is a symbolic link: its target is read and walked through in
// its place, and ".." goes back to the folder that was come from, whatever has become of its name
// meanwhile. So nobody who changes the tree during the walk can lead it out. Holds a descriptor for
// each folder on the way. Thread-safe.
#ifndef FORKLIFT_HTTP_FILES_WALK_BENEATH_H_
#define FORKLIFT_HTTP_FILES_WALK_BENEATH_H_

#include "forklift/http/files/opened_path.h"

namespace forklift::http::files {

// As OpenBeneath (http/files/open_beneath.h), where EXDEV says the same.
OpenedPath WalkBeneath(int root, const char* path, int flags);

}  // namespace forklift::http::files

#endif  // FORKLIFT_HTTP_FILES_WALK_BENEATH_H_
