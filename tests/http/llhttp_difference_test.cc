// Holds a server against llhttp, the parser of Node.js, where its sources are installed: what both
// take for whole they understand alike, and what only the server takes is on a list, with a reason.
//
//   apt-get install node-llhttp
#include <stddef.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "forklift/tests/http/support/echo_server.h"
#include "forklift/tests/http/support/head_generator.h"
#include "gtest/gtest.h"

#ifdef FORKLIFT_HAS_LLHTTP
#include "llhttp.h"
#endif

namespace forklift::http {
namespace {

// The requests that a parser took for whole, as "METHOD target body", and why it went no further.
struct Taken {
  std::vector<std::string> requests;
  std::string error;
};

#ifdef FORKLIFT_HAS_LLHTTP

constexpr bool kHasLlhttp = true;

struct Reader {
  Taken taken;
  std::string target;
  std::string body;
};

Reader& ReaderOf(llhttp_t* parser) { return *static_cast<Reader*>(parser->data); }

Taken ReadByLlhttp(std::string_view input) {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_message_begin = [](llhttp_t* parser) {
    ReaderOf(parser).target.clear();
    ReaderOf(parser).body.clear();
    return 0;
  };
  settings.on_url = [](llhttp_t* parser, const char* data, size_t size) {
    ReaderOf(parser).target.append(data, size);
    return 0;
  };
  settings.on_body = [](llhttp_t* parser, const char* data, size_t size) {
    ReaderOf(parser).body.append(data, size);
    return 0;
  };
  settings.on_message_complete = [](llhttp_t* parser) {
    Reader& reader = ReaderOf(parser);
    reader.taken.requests.push_back(
        absl::StrCat(llhttp_method_name(static_cast<llhttp_method_t>(parser->method)), " ",
                     reader.target, reader.body.empty() ? "" : " ", reader.body));
    return 0;
  };
  Reader reader;
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &settings);
  parser.data = &reader;
  const char* const end = input.data() + input.size();
  llhttp_errno_t outcome = llhttp_execute(&parser, input.data(), input.size());
  while (outcome == HPE_PAUSED_UPGRADE) {  // which this server does not take up
    const char* const rest = llhttp_get_error_pos(&parser);
    llhttp_resume_after_upgrade(&parser);
    outcome = llhttp_execute(&parser, rest, static_cast<size_t>(end - rest));
  }
  if (outcome != HPE_OK) reader.taken.error = llhttp_get_error_reason(&parser);
  return reader.taken;
}

#else

constexpr bool kHasLlhttp = false;

Taken ReadByLlhttp(std::string_view /*input*/) { return {}; }

#endif

Taken ReadByServer(std::string_view input) {
  EchoServer server;
  server.Receive(input);
  server.End();
  Taken taken = {server.requests, ""};
  if (!taken.requests.empty() && taken.requests.back() == "error") {
    taken.requests.pop_back();
    taken.error = server.connection().error().reason;
  }
  return taken;
}

// What llhttp says of a request that the server takes, and why that is right.
struct Difference {
  std::string_view llhttp;
  std::string_view reason;
  std::string_view example;
};

constexpr Difference kDifferences[] = {
    {"Invalid method encountered", "RFC 9110 section 9.1: any token is a method",
     "FOO / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"Expected space after method", "RFC 9110 section 9.1: any token is a method",
     "GETS / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"Invalid HTTP version", "RFC 9110 section 2.5: HTTP/1.2 and up are processed as HTTP/1.1",
     "GET / HTTP/1.2\r\nHost: a\r\n\r\n"},
    {"Invalid header value char", "RFC 9112 section 2.2: a lone LF may end a line",
     "GET / HTTP/1.1\r\nHost: a\n\r\n"},
    {"Invalid character in Content-Length", "RFC 9110 section 5.5: a tab around a value is no part",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\t\r\n\r\nx"},
    {"Invalid character in Content-Length",
     "RFC 9110 section 6.5.1: what trailers say frames nothing",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: "
     "x\r\n\r\n"},
    {"Request has invalid `Transfer-Encoding`",
     "RFC 9110 section 5.5: a tab around a value is no part",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n"},
    {"Invalid character in chunk size",
     "RFC 9112 section 7.1.1: white space around the parts of an extension is parsed away",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0 ;a\r\n\r\n"},
    {"Invalid character in chunk extensions value",
     "RFC 9112 section 7.1.1: white space around the parts of an extension is parsed away",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;a= b\r\n\r\n"},
};

bool IsListed(std::string_view error) {
  return std::any_of(std::begin(kDifferences), std::end(kDifferences),
                     [&](const Difference& listed) { return listed.llhttp == error; });
}

// The files of the folders on the command line, and requests with fields of every kind.
std::vector<std::string> Inputs() {
  std::vector<std::string> inputs;
  for (const std::string& folder : testing::internal::GetArgvs()) {
    if (!std::filesystem::is_directory(folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::ifstream file(entry.path(), std::ios::binary);
      std::string input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      if (absl::StrContains(folder, "chunked")) {
        input =
            absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", input);
      }
      // All requests are to be answered at their end.
      inputs.push_back(absl::StrReplaceAll(input, {{"early", "later"}}));
    }
  }
  std::sort(inputs.begin(), inputs.end());  // the same with every file system
  HeadGenerator generator(1);
  for (int i = 0; i < 100; ++i) {
    inputs.push_back(absl::StrCat("GET / HTTP/1.1\r\nHost: a\r\n", generator.Fields(6)));
  }
  return inputs;
}

class LlhttpDifferenceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!kHasLlhttp) GTEST_SKIP() << "without llhttp: install node-llhttp, or see bazel/llhttp.bzl";
  }
};

TEST_F(LlhttpDifferenceTest, EachOfTheListIsOne) {
  for (const Difference& difference : kDifferences) {
    const std::string example = absl::CHexEscape(difference.example);
    EXPECT_EQ(ReadByServer(difference.example).requests.size(), 1u) << example;
    const Taken theirs = ReadByLlhttp(difference.example);
    EXPECT_TRUE(theirs.requests.empty()) << example;
    EXPECT_EQ(theirs.error, difference.llhttp) << example;
  }
}

TEST_F(LlhttpDifferenceTest, WhatTheServerTakesLlhttpTakesTooAndAlike) {
  size_t both = 0;
  HeadGenerator generator(2);
  for (const std::string& original : Inputs()) {
    for (int turn = 0; turn < 500; ++turn) {
      std::string input = original;
      for (size_t damages = turn == 0 ? 0 : 1 + generator.Number(3); damages > 0; --damages) {
        generator.Damage(input);
      }
      const Taken ours = ReadByServer(input);
      const Taken theirs = ReadByLlhttp(input);
      for (size_t i = 0; i < ours.requests.size(); ++i) {
        if (i == theirs.requests.size()) {
          EXPECT_TRUE(IsListed(theirs.error))
              << "llhttp says \"" << theirs.error << "\" of " << absl::CHexEscape(input);
          break;
        }
        ++both;
        EXPECT_EQ(ours.requests[i], theirs.requests[i]) << absl::CHexEscape(input);
      }
    }
  }
  EXPECT_GT(both, 10'000u);
}

}  // namespace
}  // namespace forklift::http
