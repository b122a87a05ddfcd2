// What the examples of the headers, once they are made whole, send to and receive from.
#ifndef FORKLIFT_TESTS_HTTP_SUPPORT_EXAMPLE_PEERS_H_
#define FORKLIFT_TESTS_HTTP_SUPPORT_EXAMPLE_PEERS_H_

#include <array>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace forklift::http {

// What is sent, put together.
struct Sender {
  std::string sent;
  void operator()(std::string_view part, std::string_view after = "") {
    absl::StrAppend(&sent, part, after);
  }
  void operator()(const std::array<std::string_view, 3>& parts) {
    for (const std::string_view part : parts) sent += part;
  }
};

// What a peer has sent, of which some more arrives at each call: `received` begins within it.
struct Receiver {
  std::string_view source;
  std::string_view received = source.substr(0, 0);

  // Whether there was more.
  bool operator()() {
    const std::string_view rest(received.data(), source.data() + source.size() - received.data());
    if (received.size() == rest.size()) return false;
    received = rest.substr(0, received.size() + 5);
    return true;
  }
};

}  // namespace forklift::http

#endif  // FORKLIFT_TESTS_HTTP_SUPPORT_EXAMPLE_PEERS_H_
