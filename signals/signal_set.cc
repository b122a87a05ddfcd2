#include "forklift/signals/signal_set.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "forklift/signals/signal_name.h"

namespace forklift::signals {

SignalSet operator&(const SignalSet& left, const SignalSet& right) {
  SignalSet both;
  for (int signal : left) {
    if (right.Contains(signal)) both.Add(signal);
  }
  return both;
}

SignalSet operator-(const SignalSet& left, const SignalSet& right) {
  SignalSet rest;
  for (int signal : left) {
    if (!right.Contains(signal)) rest.Add(signal);
  }
  return rest;
}

// Member by member: a sigset_t has bits beyond the last signal, which say nothing.
bool operator==(const SignalSet& left, const SignalSet& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

std::string SignalSet::ToString() const {
  return absl::StrCat(
      "{",
      absl::StrJoin(begin(), end(), ", ",
                    [](std::string* out, int signal) { absl::StrAppend(out, SignalName(signal)); }),
      "}");
}

}  // namespace forklift::signals
