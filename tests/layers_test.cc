// Draws who depends on whom, from Bazel's own graph, and holds it against the architecture:
//   absl <- net leaf <- net;  net leaf <- signals;  net leaf, signals' mask and dispositions <-
//   proc; absl <- http;  net, http, proc's shared memory <- http/log;  all of these <- http/server;
//   http/server's interface <- http/files <- apps; the same and signals <- http/wsgi <- apps;
//   http, net, signals, proc <- http/load <- apps.
#include <stdlib.h>

#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

struct Layer {
  std::string_view name;
  std::vector<std::string_view> may_use;  // labels or, with a final ':', all of a package
};

std::vector<std::string_view> With(std::vector<std::string_view> some,
                                   std::initializer_list<std::string_view> more) {
  some.insert(some.end(), more);
  return some;
}

const std::vector<Layer>& Layers() {
  static const std::vector<std::string_view>& net_leaf = *new std::vector<std::string_view>{
      "//net:posix_error", "//net:eintr",      "//net:unique_fd", "//net:pipe",
      "//net:deadline",    "//net:wait_ready", "//net:sigpipe"};
  static const auto& layers = *new std::vector<Layer>{
      {"net_leaf", net_leaf},
      {"net", {"//net:"}},
      {"signals", With(net_leaf, {"//signals:"})},
      {"proc", With(net_leaf, {"//proc:", "//signals:signal_name", "//signals:signal_set",
                               "//signals:signal_mask", "//signals:disposition"})},
      {"http", {"//http:"}},
      {"http_files", {"//http/files:", "//http/server:", "//http:", "//net:"}},
      {"http_load", {"//http/load:", "//http:", "//net:", "//signals:", "//proc:"}},
      {"http_log", {"//http/log:", "//http:", "//net:", "//proc:shared_array"}},
      {"http_server",
       {"//http/server:", "//http/log:", "//http:", "//net:", "//signals:", "//proc:"}},
      {"http_wsgi",
       {"//http/wsgi:", "//http/server:", "//http:", "//net:", "//signals:",
        "//proc:cgroup_limits"}},
  };
  return layers;
}

bool Covers(std::string_view pattern, std::string_view label) {
  return absl::EndsWith(pattern, ":") ? absl::StartsWith(label, pattern) : label == pattern;
}

TEST(LayersTest, EachUsesOnlyWhatItMay) {
  const char* folder = ::getenv("LAYERS");
  ASSERT_NE(folder, nullptr);
  for (const Layer& layer : Layers()) {
    std::ifstream file(absl::StrCat(folder, "/", layer.name, "_layer"));
    int own = 0;
    for (std::string label; std::getline(file, label);) {
      if (!absl::StartsWith(label, "//")) continue;  // another repository's
      ++own;
      bool allowed = false;
      for (std::string_view pattern : layer.may_use) allowed = allowed || Covers(pattern, label);
      EXPECT_TRUE(allowed) << layer.name << " must not depend on " << label;
    }
    EXPECT_GT(own, 3) << "no graph of " << layer.name;
  }
}

}  // namespace
}  // namespace forklift::tests
