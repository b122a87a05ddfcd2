#include "forklift/http/connection_options.h"

#include <string>
#include <string_view>

#include "forklift/http/field_section_parser.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

ConnectionOptions Read(const std::string& lines) {
  const std::string section = lines + "\r\n";
  FieldSectionParser parser{Limits()};
  parser.Begin(0, section.size());
  EXPECT_EQ(parser.Parse(section), ParseState::kComplete) << lines;
  return ReadConnectionOptions(parser.fields(section.data()));
}

TEST(ConnectionOptionsTest, CloseInAnyCaseAndPlace) {
  for (std::string_view lines :
       {"Connection: close\r\n", "connection:CLOSE\r\n", "Connection: x, Close\r\n",
        "Connection: close,x\r\n", "Connection: ,, x ,\tclose\t,\r\n",
        "Connection: keep-alive\r\nHost: a\r\nConnection: close\r\n"}) {
    EXPECT_TRUE(Read(std::string(lines)).close) << lines;
  }
}

TEST(ConnectionOptionsTest, WhatOnlyLooksLikeCloseIsNone) {
  for (std::string_view lines :
       {"", "Connection:\r\n", "Connection: closed\r\n", "Connection: clos\r\n",
        "Connection: \"close\"\r\n", "Connection: close x\r\n", "Connection: close;q=1\r\n",
        "X-Connection: close\r\n", "Proxy-Connection: close\r\n", "Host: close\r\n"}) {
    EXPECT_FALSE(Read(std::string(lines)).close) << lines;
  }
}

TEST(ConnectionOptionsTest, OtherOptionsAreOverlooked) {
  const ConnectionOptions keep_alive = Read("Connection: Keep-Alive\r\n");
  EXPECT_TRUE(keep_alive.keep_alive);
  EXPECT_FALSE(keep_alive.close);
  const ConnectionOptions both = Read("Connection: keep-alive, Upgrade\r\nUpgrade: h2c\r\n");
  EXPECT_TRUE(both.keep_alive);
  EXPECT_FALSE(both.close);
}

TEST(ConnectionOptionsTest, WhetherTheConnectionPersists) {  // RFC 9112 section 9.3
  const ConnectionOptions none;
  const ConnectionOptions close = {.close = true};
  const ConnectionOptions keep_alive = {.keep_alive = true};
  const ConnectionOptions both = {.close = true, .keep_alive = true};
  EXPECT_TRUE(Persists(none, 1));
  EXPECT_TRUE(Persists(none, 9));
  EXPECT_TRUE(Persists(keep_alive, 1));
  EXPECT_FALSE(Persists(close, 1));
  EXPECT_FALSE(Persists(both, 1));
  EXPECT_FALSE(Persists(none, 0));
  EXPECT_TRUE(Persists(keep_alive, 0));
  EXPECT_FALSE(Persists(close, 0));
  EXPECT_FALSE(Persists(both, 0));
}

}  // namespace
}  // namespace forklift::http
