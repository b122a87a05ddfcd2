// DescriptorShortage leaves this process a number of descriptors to open, and no more, for as long
// as it lives.
#ifndef FORKLIFT_TESTS_SUPPORT_DESCRIPTOR_SHORTAGE_H_
#define FORKLIFT_TESTS_SUPPORT_DESCRIPTOR_SHORTAGE_H_

#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/proc_fs.h"

namespace forklift::tests {

class DescriptorShortage {
 public:
  explicit DescriptorShortage(size_t free) {
    PCHECK(::getrlimit(RLIMIT_NOFILE, &previous_) == 0);
    const auto limit = static_cast<rlim_t>(*OpenDescriptors(::getpid()).rbegin()) + 1 + free;
    const rlimit tight = {.rlim_cur = limit, .rlim_max = previous_.rlim_max};
    PCHECK(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
    // Numbers below the highest may be free too: take them all, then give `free` back.
    while (true) {
      net::UniqueFd filler(::eventfd(0, EFD_CLOEXEC));
      if (!filler.valid()) break;
      fillers_.push_back(std::move(filler));
    }
    CHECK_GE(fillers_.size(), free);
    fillers_.resize(fillers_.size() - free);
  }
  ~DescriptorShortage() { ::setrlimit(RLIMIT_NOFILE, &previous_); }
  DescriptorShortage(const DescriptorShortage&) = delete;
  DescriptorShortage& operator=(const DescriptorShortage&) = delete;

 private:
  rlimit previous_;
  std::vector<net::UniqueFd> fillers_;
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_DESCRIPTOR_SHORTAGE_H_
