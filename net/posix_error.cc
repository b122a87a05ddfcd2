#include "forklift/net/posix_error.h"

#include <string.h>

#include <string>
#include <string_view>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace forklift::net {
namespace {

std::string Symbol(int error_number) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 32))
  if (const char* name = ::strerrorname_np(error_number)) return name;
#endif
  return absl::StrCat("errno ", error_number);
}

}  // namespace

absl::Status PosixError(int error_number, std::string_view call) {
  const std::string text = std::generic_category().message(error_number);
  return absl::Status(absl::ErrnoToStatusCode(error_number),
                      absl::StrCat(call, ": ", text, " (", Symbol(error_number), ")"));
}

}  // namespace forklift::net
