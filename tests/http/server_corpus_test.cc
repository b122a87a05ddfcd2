// Holds a server against the requests of the corpus (see corpus_test): what it refuses, what it
// answers, and what it waits for the rest of.
//
// Cases for parsers have no Host field, which a server must insist on: they get one. Where the
// verdict differs from the source's, corpus_differences.h tells why, one by one.
#include <iostream>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "forklift/tests/http/corpus_differences.h"
#include "forklift/tests/http/support/corpus.h"
#include "forklift/tests/http/support/echo_server.h"
#include "forklift/tests/support/json.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using tests::Json;

// Those of a project that has servers in mind stay as they are.
std::string WithHost(std::string_view source, const std::string& bytes) {
  if (source == "http11probe") return bytes;
  if (absl::StrContainsIgnoreCase(bytes, "\nhost:")) {
    return absl::StrReplaceAll(bytes, {{"\nHost: \r\n", "\nHost: a\r\n"}});
  }
  return absl::StrReplaceAll(bytes, {{" HTTP/1.1\r\n", " HTTP/1.1\r\nHost: a\r\n"},
                                     {" HTTP/1.1\n", " HTTP/1.1\nHost: a\n"}});
}

std::string_view Outcome(EchoServer& server, std::string_view bytes, bool ends) {
  server.Receive(bytes);
  if (ends && !server.closed()) server.End();
  if (!server.requests.empty() && server.requests.back() == "error") return "reject";
  return server.waits() ? "incomplete" : "accept";
}

class ServerCorpusTest : public testing::Test {
 protected:
  void SetUp() override {
    if (CorpusFiles().empty()) {
      GTEST_SKIP() << "NOT RUN: no corpus; FORKLIFT_CORPUS names no folder of files *.jsonl";
    }
  }

  void Judge(const Json& json) {
    const std::string_view id = Text(json, "id");
    const std::string_view expected = Expected(json);
    if (Text(json, "kind") != "request") return;
    EchoServer server;
    const std::string bytes = WithHost(Source(id), Bytes(json));
    const std::string_view outcome = Outcome(server, bytes, Ends(json));
    ++judged_;
    sources_.insert(std::string(Source(id)));
    if (outcome == "reject") {
      EXPECT_TRUE(server.closed()) << id;
      EXPECT_TRUE(absl::StrContains(server.sent, "\r\nConnection: close\r\n")) << id;
    }
    if (const Difference* const difference = FindDifference(kServerDifferences, id)) {
      used_.insert(std::string(id));
      EXPECT_NE(difference->verdict, expected) << id << ": is listed, but there is no difference";
      EXPECT_EQ(outcome, difference->verdict) << id << ": " << difference->reason;
      return;
    }
    if (expected.empty()) return;
    EXPECT_EQ(outcome, expected) << id << ": " << Text(json, "note") << Text(json, "rfc") << " "
                                 << absl::CHexEscape(bytes.substr(0, 300)) << " -> "
                                 << absl::CHexEscape(server.sent.substr(0, 300));
  }

  int judged_ = 0;
  std::set<std::string> sources_;
  std::set<std::string> used_;
};

TEST_F(ServerCorpusTest, EveryCaseIsJudgedAsItsSourceDoesOrForAReason) {
  ForEachCase([this](const Json& json) { Judge(json); });
  EXPECT_GT(judged_, 0);
  std::cout << judged_ << " requests\n";
  for (const Difference& difference : kServerDifferences) {
    EXPECT_TRUE(used_.contains(std::string(difference.id)) ||
                !sources_.contains(std::string(Source(difference.id))))
        << difference.id << ": is listed, but there is no such case";
  }
}

}  // namespace
}  // namespace forklift::http
