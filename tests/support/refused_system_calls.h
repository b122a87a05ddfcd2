// RefuseSystemCalls makes the kernel fail system calls of this process with an error, as an old
// kernel or the filter of a container does (seccomp(2)).
//
// For good, and for all its children: call it in a child that was forked for the test. Needs no
// right, but takes the way to one (PR_SET_NO_NEW_PRIVS).
#ifndef FORKLIFT_TESTS_SUPPORT_REFUSED_SYSTEM_CALLS_H_
#define FORKLIFT_TESTS_SUPPORT_REFUSED_SYSTEM_CALLS_H_

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>

#include <initializer_list>
#include <vector>

namespace forklift::tests {

// By their numbers: {SYS_close_range}. False where the kernel has no filters.
inline bool RefuseSystemCalls(std::initializer_list<long> numbers, int error) {
  std::vector<sock_filter> filter = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  for (const long number : numbers) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(number), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<uint32_t>(error)));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program = {.len = static_cast<unsigned short>(filter.size()),
                              .filter = filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_REFUSED_SYSTEM_CALLS_H_
