#include "forklift/http/authority.h"

#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "forklift/http/parse_error.h"
#include "forklift/http/status_code.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(AuthorityTest, ReadsHostAndPort) {
  struct Case {
    std::string_view text;
    std::string_view host;
    std::optional<uint16_t> port;
  };
  for (const Case& c : {
           Case{"a", "a", std::nullopt},
           Case{"localhost:8888", "localhost", 8888},
           Case{"Example.ORG.", "Example.ORG.", std::nullopt},
           Case{"a:", "a", std::nullopt},  // RFC 3986 section 3.2.3: the port may be empty
           Case{"a:1", "a", 1},
           Case{"a:65535", "a", 65535},
           Case{"192.0.2.1:80", "192.0.2.1", 80},
           Case{"[::1]", "[::1]", std::nullopt},
           Case{"[2001:db8::1]:443", "[2001:db8::1]", 443},
           Case{"[v1.x]:80", "[v1.x]", 80},
           Case{"a_b-c~d!$&'()*+,;=", "a_b-c~d!$&'()*+,;=", std::nullopt},
           Case{".a..b.", ".a..b.", std::nullopt},
       }) {
    Authority authority;
    ASSERT_FALSE(ParseAuthority(c.text, authority).has_value()) << c.text;
    EXPECT_EQ(authority.host, c.host);
    EXPECT_EQ(authority.port, c.port) << c.text;
  }
}

struct Bad {
  std::string_view text;
  size_t offset;
};

TEST(AuthorityTest, RefusesEverythingElse) {
  for (const Bad& bad : {
           Bad{"", 0},  // contested for Host; refused
           Bad{":80", 0},
           Bad{"a b", 1},
           Bad{" a", 0},
           Bad{"a ", 1},
           Bad{"a/b", 1},
           Bad{"a@b", 1},
           Bad{"user:password@b", 5},
           Bad{"a:80@b", 4},
           Bad{"@b", 0},
           Bad{"a?b", 1},
           Bad{"a#b", 1},
           Bad{"a\\b", 1},
           Bad{"a\"b", 1},
           Bad{"a\tb", 1},
           Bad{"a\x7f", 1},
           Bad{"a\xc3\xa9", 1},
           Bad{std::string_view("a\0b", 3), 1},
           Bad{"a|b", 1},
           Bad{"a:x", 2},
           Bad{"a:8x", 3},
           Bad{"a:80:81", 4},
           Bad{"a: 80", 2},
           Bad{"a:80 ", 4},
           Bad{"a:-1", 2},
           Bad{"a:+1", 2},
           Bad{"a:0x50", 3},
           Bad{"a:0", 2},
           Bad{"a:080", 2},
           Bad{"a:00000000000000000080", 2},
           Bad{"a:65536", 2},
           Bad{"a:4294967376", 2},            // 80 in 32 bits
           Bad{"a:18446744073709551696", 2},  // 80 in 64 bits
           Bad{"a:99999999999999999999999999", 2},
           Bad{".", 0},
           Bad{"..", 0},
           Bad{"...:80", 0},
           Bad{"%2e%2e", 0},
           Bad{"..%2f..", 0},
           Bad{"a%2fb", 1},
           Bad{"a%40b", 1},
           Bad{"a%3a80", 1},
           Bad{"a%0d%0ab", 1},
           Bad{"%C3%A9.example:80", 0},
           Bad{"a%", 1},
           Bad{"a%4", 1},
           Bad{"a%zz", 1},
           Bad{"a%00", 1},
           Bad{"::1", 0},
           Bad{"2001:db8::1", 5},
           Bad{"[", 1},
           Bad{"[]", 1},
           Bad{"[::1", 4},
           Bad{"[::1]a", 5},
           Bad{"[::1]80", 5},
           Bad{"[::1]:x", 6},
           Bad{"[::1]]", 5},
           Bad{"[[::1]]", 1},
           Bad{"[::1%25eth0]", 1},
           Bad{"[192.0.2.1]", 1},
           Bad{"[a]", 1},
           Bad{"a[::1]", 1},
           Bad{"a, b", 2},
       }) {
    Authority authority;
    const std::optional<ParseError> error = ParseAuthority(bad.text, authority);
    ASSERT_TRUE(error.has_value()) << bad.text;
    EXPECT_EQ(error->status, StatusCode::kBadRequest);
    EXPECT_EQ(error->offset, bad.offset) << bad.text;
    EXPECT_FALSE(error->reason.empty());
  }
}

TEST(AuthorityTest, EndsOnInputsOfHostileLength) {
  constexpr size_t kLong = 1 << 20;
  Authority authority;
  for (const std::string& text :
       {std::string(kLong, ':'), std::string(kLong, '['), std::string(kLong, '%'),
        "[" + std::string(kLong, ':'), "a:" + std::string(kLong, '9'), std::string(kLong, '.'),
        "a:" + std::string(kLong, '0') + "1"}) {
    EXPECT_TRUE(ParseAuthority(text, authority).has_value());
  }
  EXPECT_FALSE(ParseAuthority(std::string(kLong, 'a'), authority).has_value());
}

}  // namespace
}  // namespace forklift::http
