// Holdings is what this process holds that an error path could leave behind: open descriptors, and
// children, running or zombie.
//
//   const Holdings before = Holdings::Now();
//   EXPECT_FALSE(Spawn("/no/such/program").ok());
//   EXPECT_EQ(Holdings::Now(), before);
#ifndef FORKLIFT_TESTS_SUPPORT_HOLDINGS_H_
#define FORKLIFT_TESTS_SUPPORT_HOLDINGS_H_

#include <sys/types.h>
#include <unistd.h>

#include <ostream>
#include <set>
#include <vector>

#include "absl/strings/str_join.h"
#include "forklift/tests/support/proc_fs.h"

namespace forklift::tests {

struct Holdings {
  static Holdings Now() { return {OpenDescriptors(::getpid()), Children(::getpid())}; }

  std::set<int> descriptors;
  std::vector<pid_t> children;

  friend bool operator==(const Holdings&, const Holdings&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Holdings& holdings) {
    return out << "descriptors " << absl::StrJoin(holdings.descriptors, " ") << "; children "
               << absl::StrJoin(holdings.children, " ");
  }
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_HOLDINGS_H_
