// MoveTextToHugePages makes forks of this process cheaper: its children find the program's code
// mapped, and need not fault it in piece by piece.
//
// A child begins without page table entries for what is mapped from a file, such as the text; each
// 64 KiB that it runs through costs a fault, and more where the page cache holds the file in small
// pages. Anonymous huge pages are copied by fork(2), an entry for 2 MiB. For a program that is
// linked statically and forks for each connection that is a tenth of the fork and more; others gain
// nothing. It takes as much memory as the text, once; and profilers that look up code by the file
// that is mapped no longer find its names.
//
// To be called while the process has one thread. Not for signal handlers.
#ifndef FORKLIFT_PROC_HUGE_TEXT_H_
#define FORKLIFT_PROC_HUGE_TEXT_H_

#include "absl/status/status.h"

namespace forklift::proc {

// Replaces those parts of the main program's text that fill huge pages by copies. All stays as it
// was where it fails: kUnimplemented on another processor than x86-64, whose caches need more than
// this, and under AddressSanitizer; kFailedPrecondition where the text is too small, or not linked
// to addresses that allow it; another code where the kernel has no huge page, is older than
// Linux 6.1, or may not make memory executable (mmap(2), madvise(2), mprotect(2)). Only the last
// step, mremap(2), could fail when the old text is gone, for want of kernel memory: that ends the
// process.
absl::Status MoveTextToHugePages();

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_HUGE_TEXT_H_
