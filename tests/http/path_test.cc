#include "forklift/http/path.h"

#include <stddef.h>

#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_split.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/percent_encoding.h"
#include "forklift/http/status_code.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

// The path looked up for `path`; nothing where it is refused.
std::optional<std::string> Normalized(std::string_view path) {
  std::string out;
  if (AppendNormalizedPath(path, out)) return std::nullopt;
  return out;
}

TEST(PathTest, DecodesThenNormalizes) {
  struct Case {
    std::string_view path;
    std::string_view normalized;
  };
  for (const Case& c : {
           Case{"/", "/"},
           Case{"//", "/"},
           Case{"///", "/"},
           Case{"/.", "/"},
           Case{"/./", "/"},
           Case{"/a", "/a"},
           Case{"/a/", "/a/"},
           Case{"/a//", "/a/"},
           Case{"//a//b", "/a/b"},
           Case{"/a/b/c/./../../g", "/a/g"},  // RFC 3986 section 5.2.4
           Case{"/a/./b", "/a/b"},
           Case{"/a/b/.", "/a/b/"},
           Case{"/a/b/..", "/a/"},
           Case{"/a/b/../", "/a/"},
           Case{"/a/..", "/"},
           Case{"/a/../b", "/b"},
           Case{"/a/..//b", "/b"},
           Case{"/a//./b", "/a/b"},
           Case{"/a/%2e/b", "/a/b"},
           Case{"/a/%2e%2E/b", "/b"},
           Case{"/a/.%2e/b", "/b"},
           Case{"/a/%2e./b", "/b"},
           Case{"/%61/%20b", "/a/ b"},
           Case{"/...", "/..."},
           Case{"/.a/..b/c./d..", "/.a/..b/c./d.."},
           Case{"/%252e%252e/a", "/%2e%2e/a"},  // decoded once: names with percent signs
           Case{"/a%252fb", "/a%2fb"},
           Case{"/a%5c..%5cb", "/a\\..\\b"},                // a backslash separates nothing
           Case{"/%c0%ae%c0%ae/a", "/\xc0\xae\xc0\xae/a"},  // nor is overlong UTF-8 a dot
           Case{"/a;b=c:d@e&f+g", "/a;b=c:d@e&f+g"},
           Case{"/%3f%23", "/?#"},
       }) {
    EXPECT_EQ(Normalized(c.path), c.normalized) << c.path;
  }
}

TEST(PathTest, RefusesWhatWouldFoolSomebody) {
  struct Case {
    std::string_view path;
    size_t offset;
  };
  for (const Case& c : {
           Case{"", 0},
           Case{"a", 0},
           Case{"*", 0},
           Case{"../a", 0},
           Case{"%2fa", 0},
           Case{"/..", 1},
           Case{"/../x", 1},
           Case{"/%2e%2e/", 1},
           Case{"/%2e%2e/x", 1},
           Case{"/a/../..", 6},
           Case{"/a/../../x", 6},
           Case{"/./..", 3},
           Case{"//../x", 2},
           // Behind an empty segment, which RFC 3986 removes and others merge.
           Case{"/a//../b", 4},
           Case{"/admin//../x", 8},
           Case{"/a//%2e%2E/b", 4},
           Case{"/a//./../b", 6},
           Case{"/a//b/../../c", 6},
           Case{"//a/..", 4},
           Case{"/a/%2e%2e/%2E./x", 10},
           Case{"/a%2fb", 1},
           Case{"/a/..%2F..%2fetc", 3},
           Case{"/b/%2e%2e%2f", 3},
           Case{"/a/%00", 3},
           Case{"/a/b%00.html", 4},
           Case{std::string_view("/a/b\0c", 6), 3},
           Case{"/a/b%zz", 4},
           Case{"/a/%", 3},
           Case{"/%2", 1},
       }) {
    std::string out;
    const std::optional<ParseError> error = AppendNormalizedPath(c.path, out);
    ASSERT_TRUE(error.has_value()) << c.path << " became " << out;
    EXPECT_EQ(error->status, StatusCode::kBadRequest);
    EXPECT_EQ(error->offset, c.offset) << c.path;
  }
}

TEST(PathTest, NeverClimbsIntoWhatIsThereAlready) {
  std::string out = "/srv/www";
  EXPECT_TRUE(AppendNormalizedPath("/a/../../etc", out).has_value());
  out = "/srv/www";
  EXPECT_EQ(AppendNormalizedPath("/a/b/../../c", out), std::nullopt);
  EXPECT_EQ(out, "/srv/www/c");
}

TEST(PathTest, NoSegmentOfANormalizedPathIsSpecial) {
  std::mt19937 random(1);
  constexpr std::string_view kPieces[] = {"/",   "/",   ".",     "..", "%2e", "%2E",
                                          "%2f", "%25", "%252e", "a",  "%61", "%00"};
  int accepted = 0;
  for (int i = 0; i < 30'000; ++i) {
    std::string path = "/";
    for (int pieces = static_cast<int>(random() % 12); pieces > 0; --pieces) {
      path += kPieces[random() % std::size(kPieces)];
    }
    const std::optional<std::string> normalized = Normalized(path);
    if (!normalized) continue;
    ++accepted;
    std::vector<std::string_view> segments = absl::StrSplit(*normalized, '/');
    ASSERT_EQ(segments.front(), "") << path;
    if (segments.back().empty()) segments.pop_back();  // a folder
    for (size_t s = 1; s < segments.size(); ++s) {
      EXPECT_NE(segments[s], "") << path;
      EXPECT_NE(segments[s], ".") << path;
      EXPECT_NE(segments[s], "..") << path;
      EXPECT_EQ(segments[s].find('\0'), std::string_view::npos) << path;
    }
    // A link to it leads to it.
    std::string link;
    AppendPercentEncoded(*normalized, UriPart::kPath, link);
    EXPECT_EQ(Normalized(link), *normalized) << path;
  }
  EXPECT_GT(accepted, 3'000);
}

TEST(PathTest, TakesTimeInProportionToTheLength) {
  constexpr size_t kMany = 100'000;
  std::string down_and_up;
  for (size_t i = 0; i < kMany; ++i) down_and_up += "/a";
  for (size_t i = 0; i < kMany; ++i) down_and_up += "/..";
  EXPECT_EQ(Normalized(down_and_up), "/");
  std::string to_and_fro;
  for (size_t i = 0; i < kMany; ++i) to_and_fro += "/a/%2e%2e";
  EXPECT_EQ(Normalized(to_and_fro), "/");
  EXPECT_EQ(Normalized(std::string(kMany, '/')), "/");
}

}  // namespace
}  // namespace forklift::http
