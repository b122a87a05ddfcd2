// Holds the parsers against cases that other projects have collected, one JSON object a line: of
// the folder that FORKLIFT_CORPUS names, and of the files on the command line.
//
//   FORKLIFT_CORPUS=$HOME/corpus ./bazelw test //tests/http:corpus_test
//
// An object has an "id", a "kind" (request or response), "bytes" (in base64), and what to "expect"
// of them: accept, reject, incomplete or either. It may have "messages" with method, target,
// version, status and headers; a "strictness" other than strict, with which the source was more
// tolerant than by default; an "error_offset"; and "rfc", which tells where the source is wrong.
//
// Messages are judged up to the first body. Where the verdict differs from the source's,
// corpus_differences.h tells why, one by one.
#include <stddef.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/header_name.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/response_parser.h"
#include "forklift/tests/http/corpus_differences.h"
#include "forklift/tests/http/support/every_way.h"
#include "forklift/tests/http/support/verdict.h"
#include "forklift/tests/support/json.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using tests::Json;

std::vector<std::string>& Files() {
  static auto* const files = new std::vector<std::string>;
  return *files;
}

std::string_view Text(const Json& json, std::string_view key) {
  const Json* const value = json.Find(key);
  return value == nullptr ? "" : std::string_view(value->text);
}

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

// What was made of a case: the messages up to the first with a body, and how that ended.
struct Reading {
  std::string_view outcome;       // "accept", "reject" or "incomplete"
  std::vector<Verdict> messages;  // whose heads are whole
  size_t size = 0;                // of those heads
  bool stopped_at_body = false;
};

bool HasField(const Verdict& verdict, HeaderName name) {
  return std::any_of(verdict.fields.begin(), verdict.fields.end(),
                     [name](const auto& field) { return FindHeaderName(field.first) == name; });
}

template <class Parser>
Reading Read(EveryWay<Parser>& parser, std::string_view bytes, bool is_request) {
  Reading reading = {.outcome = "accept"};
  do {
    const Verdict verdict = parser.ParseQuickly(bytes.substr(reading.size));
    if (verdict.state == ParseState::kError) reading.outcome = "reject";
    if (verdict.state == ParseState::kIncomplete) reading.outcome = "incomplete";
    if (verdict.state != ParseState::kComplete) break;
    reading.size += verdict.size;
    reading.messages.push_back(verdict);
    reading.stopped_at_body = !is_request || HasField(verdict, HeaderName::kContentLength) ||
                              HasField(verdict, HeaderName::kTransferEncoding);
  } while (reading.size < bytes.size() && !reading.stopped_at_body);
  return reading;
}

// The source's opinion, as far as it is about what was read: empty where it has none.
std::string_view Expected(const Json& json, const Reading& reading) {
  std::string_view expected = Text(json, "expect");
  if (absl::StartsWith(Text(json, "rfc"), "FORBIDDEN")) {
    expected = "reject";
  } else if (Text(json, "strictness") != "strict" || expected == "either") {
    return "";
  }
  const Json* const offset = json.Find("error_offset");
  const bool error_in_head =
      offset != nullptr && offset->number < static_cast<double>(reading.size);
  if (expected != "accept" && reading.stopped_at_body && !error_in_head) return "";
  return expected;
}

// "GET / HTTP/1.1", as far as the source tells of it.
void ExpectMessage(std::string_view id, const Json& json, const Verdict& verdict) {
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
}

class CorpusTest : public testing::Test {
 protected:
  void SetUp() override {
    if (Files().empty()) {
      GTEST_SKIP() << "NOT RUN: no corpus; FORKLIFT_CORPUS names no folder of files *.jsonl";
    }
  }

  void Judge(const Json& json) {
    const std::string_view id = Text(json, "id");
    const bool is_request = Text(json, "kind") == "request";
    if (!is_request && Text(json, "kind") != "response") return;  // of a URL
    std::string bytes;
    ASSERT_TRUE(absl::Base64Unescape(Text(json, "bytes"), &bytes)) << id;
    const Reading reading =
        is_request ? Read(requests_, bytes, true) : Read(responses_, bytes, false);
    ++read_;
    sources_.insert(std::string(id.substr(0, id.find('/'))));
    const std::string_view expected = Expected(json, reading);
    compared_ += !expected.empty();
    if (const Difference* const difference = FindDifference(id)) {
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
    for (size_t i = 0; i < std::min(messages->items.size(), reading.messages.size()); ++i) {
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
  for (const std::string& path : Files()) {
    std::ifstream file(path);
    ASSERT_TRUE(file.is_open()) << path;
    for (std::string line; std::getline(file, line);) {
      const std::optional<Json> json = tests::ParseJson(line);
      ASSERT_TRUE(json.has_value()) << path << ": " << line.substr(0, 100);
      Judge(*json);
    }
  }
  EXPECT_GT(compared_, 0);
  std::cout << read_ << " cases, of which " << compared_ << " have a verdict on heads\n";
  for (const Difference& difference : kDifferences) {
    const std::string id(difference.id);
    EXPECT_TRUE(used_.contains(id) || !sources_.contains(id.substr(0, id.find('/'))))
        << id << ": is listed, but there is no such case";
  }
}

}  // namespace
}  // namespace forklift::http

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  auto& files = forklift::http::Files();
  files.assign(argv + 1, argv + argc);
  const char* const folder = ::getenv("FORKLIFT_CORPUS");
  if (folder != nullptr) {
    CHECK(std::filesystem::is_directory(folder)) << "FORKLIFT_CORPUS: " << folder;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
    }
  }
  return RUN_ALL_TESTS();
}
