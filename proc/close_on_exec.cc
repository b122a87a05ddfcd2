#include "forklift/proc/close_on_exec.h"

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <limits>

#include "forklift/net/eintr.h"

namespace forklift::proc {
namespace {

constexpr unsigned kCloseRangeCloexec = 1U << 2;
// The limit on descriptors would be no better an end: it may have been lowered below some.
constexpr int kMaxNumbers = 65536;

void Mark(int fd) {
  const int flags = ::fcntl(fd, F_GETFD);
  if (flags >= 0) ::fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

// -1 for "." and "..".
int NumberOf(const char* name) {
  if (*name < '0' || *name > '9') return -1;
  int number = 0;
  for (; *name != '\0'; ++name) number = number * 10 + (*name - '0');
  return number;
}

// readdir(3) allocates. False where the list cannot be read.
bool MarkListed(int first, int last) {
  const int list =
      net::RetryOnEintr([] { return ::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (list < 0) return false;
  alignas(dirent64) char entries[4096];
  ssize_t size;
  while ((size = ::getdents64(list, entries, sizeof(entries))) > 0) {
    for (ssize_t offset = 0; offset < size;) {
      const auto* entry = reinterpret_cast<const dirent64*>(entries + offset);
      const int fd = NumberOf(entry->d_name);
      if (fd >= first && fd <= last) Mark(fd);
      offset += entry->d_reclen;
    }
  }
  ::close(list);
  return size == 0;
}

void Range(int first, int last) {
  if (::syscall(SYS_close_range, first, last, kCloseRangeCloexec) == 0) return;
  if (MarkListed(first, last)) return;
  for (int fd = first; fd <= last && fd < kMaxNumbers; ++fd) Mark(fd);
}

}  // namespace

void CloseOnExec(int begin, int end) {
  if (begin < end) Range(begin, end - 1);
}

void CloseOnExecFrom(int begin) { Range(begin, std::numeric_limits<int>::max()); }

}  // namespace forklift::proc
