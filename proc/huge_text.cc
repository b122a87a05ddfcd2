#include "forklift/proc/huge_text.h"

#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "forklift/net/posix_error.h"

namespace forklift::proc {
namespace {

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25  // Linux 6.1
#endif

constexpr uintptr_t kHugePage = uintptr_t{2} << 20;

struct Range {
  uintptr_t begin = 0;
  uintptr_t end = 0;
  size_t size() const { return end > begin ? end - begin : 0; }
};

// Program headers have their addresses as numbers.
char* At(uintptr_t address) {
  return reinterpret_cast<char*>(address);  // NOLINT(performance-no-int-to-ptr)
}

// The whole huge pages of the first executable segment; of the main program, which comes first.
int FindText(dl_phdr_info* info, size_t /*size*/, void* found) {
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    const uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    const uintptr_t end = begin + segment.p_filesz;
    *static_cast<Range*>(found) = {.begin = (begin + kHugePage - 1) & ~(kHugePage - 1),
                                   .end = end & ~(kHugePage - 1)};
    break;
  }
  return 1;
}

// The system call that failed, or null.
const char* Replace(const Range& text, char* copy) {
  ::memcpy(copy, At(text.begin), text.size());
  // Fails where it does not get huge pages, with which alone all this is of use.
  if (::madvise(copy, text.size(), MADV_COLLAPSE) != 0) return "madvise MADV_COLLAPSE";
  if (::mprotect(copy, text.size(), PROT_READ | PROT_EXEC) != 0) return "mprotect PROT_EXEC";
  // In one system call, which returns to the same code in the copy.
  void* const moved =
      ::mremap(copy, text.size(), text.size(), MREMAP_MAYMOVE | MREMAP_FIXED, At(text.begin));
  return moved == MAP_FAILED ? "mremap" : nullptr;
}

}  // namespace

absl::Status MoveTextToHugePages() {
#if !defined(__x86_64__)
  return absl::UnimplementedError("MoveTextToHugePages: made for x86-64 only");
#elif defined(ABSL_HAVE_ADDRESS_SANITIZER)
  // There are constants between the code, which it guards.
  return absl::UnimplementedError("MoveTextToHugePages: not under AddressSanitizer");
#endif
  Range text;
  ::dl_iterate_phdr(FindText, &text);
  if (text.size() == 0) {
    return absl::FailedPreconditionError(
        "MoveTextToHugePages: no 2 MiB of text at an address that is a multiple of that; link "
        "statically, without PIE");
  }
  const size_t room = text.size() + kHugePage;  // in which to find an aligned address
  void* const mapping =
      ::mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return net::PosixError(errno, "mmap for a copy of the text");
  char* const begin = static_cast<char*>(mapping);
  char* const copy = begin + (kHugePage - reinterpret_cast<uintptr_t>(begin) % kHugePage);
  const char* const failed = Replace(text, copy);
  const int error_number = errno;
  // What the copy did not take with it.
  ::munmap(begin, static_cast<size_t>(copy - begin));
  if (failed != nullptr) ::munmap(copy, text.size());
  ::munmap(copy + text.size(), room - text.size() - static_cast<size_t>(copy - begin));
  if (failed != nullptr) return net::PosixError(error_number, failed);
  return absl::OkStatus();
}

}  // namespace forklift::proc
