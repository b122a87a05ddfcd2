// Holds the parsers against cases that other projects have collected, one JSON object a line: of
// the folder that FORKLIFT_CORPUS names, and of the files on the command line.
//
//   FORKLIFT_CORPUS=$HOME/corpus ./bazelw test //tests/http:corpus_test
//
// An object has an "id", a "kind" (request or response), "bytes" (in base64), and what to "expect"
// of them: accept, reject, incomplete or either; "eof" where the connection ends behind them. It
// may have "messages" with method, target, version, status, headers and body; a "strictness" other
// than strict, with which the source was more tolerant than by default; and "rfc", which tells
// where the source is wrong.
//
// Where the verdict differs from the source's, corpus_differences.h tells why, one by one.
#include <stddef.h>

#include <iostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/body_decoder.h"
#include "forklift/http/body_framing.h"
#include "forklift/http/body_piece.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/response_parser.h"
#include "forklift/tests/http/corpus_differences.h"
#include "forklift/tests/http/support/corpus.h"
#include "forklift/tests/http/support/every_way.h"
#include "forklift/tests/http/support/verdict.h"
#include "forklift/tests/support/json.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using tests::Json;

// JSON has no bytes: a source's text has a character for each.
std::string AsText(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) text += static_cast<char>(0xc0 | byte >> 6);
    text += byte < 0x80 ? c : static_cast<char>(0x80 | (byte & 0x3f));
  }
  return text;
}

struct Message {
  Verdict head;
  std::string body;
};

// What was made of a case: the messages whose heads are whole, and how that ended.
struct Reading {
  std::string_view outcome;  // "accept", "reject" or "incomplete"
  std::vector<Message> messages;
};

auto Frame(const RequestHead& head, BodyFraming& framing) {
  return FrameRequestBody(head.fields, head.minor_version, framing);
}
auto Frame(const ResponseHead& head, BodyFraming& framing) {
  return FrameResponseBody(head.fields, head.minor_version, Method::kGet, head.status, framing);
}

// Takes the body, or what there is of it, off `rest`.
ParseState ReadBody(const BodyFraming& framing, bool eof, std::string_view& rest,
                    std::string& body) {
  BodyDecoder decoder(framing);
  for (;;) {
    const BodyPiece piece = decoder.Decode(rest);
    body += piece.data;
    rest.remove_prefix(piece.consumed);
    if (piece.state != ParseState::kIncomplete) return piece.state;
    if (piece.data.empty()) return eof ? decoder.End() : piece.state;
  }
}

// How far the source itself reads.
struct Extent {
  bool heads_only;
  bool eof;  // the connection ends behind the bytes
};

// Takes a message off `rest`, and adds it where its head is whole.
template <class Parser>
ParseState ReadMessage(EveryWay<Parser>& every_way, const Extent& extent, std::string_view& rest,
                       std::vector<Message>& messages) {
  const Verdict verdict = every_way.ParseQuickly(rest);
  if (verdict.state != ParseState::kComplete) return verdict.state;
  messages.push_back({.head = verdict});
  if (extent.heads_only) {
    rest = "";
    return verdict.state;
  }
  Parser parser;
  CHECK(parser.Parse(rest) == ParseState::kComplete);
  BodyFraming framing;
  if (Frame(parser.head(), framing)) return ParseState::kError;
  rest.remove_prefix(verdict.size);
  return ReadBody(framing, extent.eof, rest, messages.back().body);
}

template <class Parser>
Reading Read(EveryWay<Parser>& every_way, const Extent& extent, std::string_view rest) {
  Reading reading = {.outcome = "accept"};
  do {
    const ParseState state = ReadMessage(every_way, extent, rest, reading.messages);
    if (state == ParseState::kError) reading.outcome = "reject";
    if (state == ParseState::kIncomplete) reading.outcome = "incomplete";
    if (state != ParseState::kComplete) break;
  } while (!rest.empty());
  return reading;
}

// "GET / HTTP/1.1", as far as the source tells of it.
void ExpectMessage(std::string_view id, const Json& json, const Message& message) {
  const Verdict& verdict = message.head;
  const std::string_view version = Text(json, "version");
  if (const Json* const method = json.Find("method")) {
    EXPECT_EQ(verdict.start_line,
              absl::StrCat(method->text, " ", Text(json, "target"), " HTTP/", version))
        << id;
  }
  if (const Json* const status = json.Find("status")) {
    EXPECT_TRUE(absl::StartsWith(verdict.start_line,
                                 absl::StrCat("HTTP/", version, " ", status->number, " ")))
        << id << ": " << verdict.start_line;
  }
  if (const Json* const headers = json.Find("headers")) {
    ASSERT_EQ(verdict.fields.size(), headers->items.size()) << id;
    for (size_t i = 0; i < headers->items.size(); ++i) {
      EXPECT_EQ(verdict.fields[i].first, headers->items[i].items.at(0).text) << id;
      EXPECT_EQ(AsText(verdict.fields[i].second), headers->items[i].items.at(1).text) << id;
    }
  }
  if (const Json* const body = json.Find("body")) {
    std::string bytes;
    ASSERT_TRUE(absl::Base64Unescape(body->text, &bytes)) << id;
    EXPECT_EQ(message.body, bytes) << id;
  }
}

class CorpusTest : public testing::Test {
 protected:
  void SetUp() override {
    if (CorpusFiles().empty()) {
      GTEST_SKIP() << "NOT RUN: no corpus; FORKLIFT_CORPUS names no folder of files *.jsonl";
    }
  }

  void Judge(const Json& json) {
    const std::string_view id = Text(json, "id");
    const bool is_request = Text(json, "kind") == "request";
    if (!is_request && Text(json, "kind") != "response") return;  // of a URL
    const std::string bytes = Bytes(json);
    const std::string_view source = Source(id);
    const Extent extent = {.heads_only = source == "httparse" || source == "picohttpparser",
                           .eof = Ends(json)};
    const Reading reading =
        is_request ? Read(requests_, extent, bytes) : Read(responses_, extent, bytes);
    ++read_;
    sources_.insert(std::string(source));
    const std::string_view expected = Expected(json);
    compared_ += !expected.empty();
    if (const Difference* const difference = FindDifference(kDifferences, id)) {
      used_.insert(std::string(id));
      EXPECT_NE(difference->verdict, expected) << id << ": is listed, but there is no difference";
      EXPECT_EQ(reading.outcome, difference->verdict) << id << ": " << difference->reason;
      return;
    }
    if (expected.empty()) return;
    EXPECT_EQ(reading.outcome, expected) << id << ": " << Text(json, "note") << Text(json, "rfc")
                                         << " " << absl::CHexEscape(bytes.substr(0, 300));
    const Json* const messages = json.Find("messages");
    if (messages == nullptr || expected != "accept") return;
    ASSERT_EQ(reading.messages.size(), messages->items.size()) << id;
    for (size_t i = 0; i < messages->items.size(); ++i) {
      ExpectMessage(id, messages->items[i], reading.messages[i]);
    }
  }

  EveryWay<RequestParser> requests_;
  EveryWay<ResponseParser> responses_;
  int read_ = 0;
  int compared_ = 0;
  std::set<std::string> sources_;
  std::set<std::string> used_;
};

TEST_F(CorpusTest, EveryCaseIsJudgedAsItsSourceDoesOrForAReason) {
  ForEachCase([this](const Json& json) { Judge(json); });
  EXPECT_GT(compared_, 0);
  std::cout << read_ << " cases, of which " << compared_ << " have a verdict of their source\n";
  for (const Difference& difference : kDifferences) {
    EXPECT_TRUE(used_.contains(std::string(difference.id)) ||
                !sources_.contains(std::string(Source(difference.id))))
        << difference.id << ": is listed, but there is no such case";
  }
}

}  // namespace
}  // namespace forklift::http
