#include "forklift/http/log/access_format.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/log/access_record.h"
#include "forklift/http/status_code.h"
#include "forklift/net/address.h"
#include "forklift/tests/support/allocation_count.h"
#include "forklift/tests/support/json.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::log {
namespace {

const net::Address kClient = net::Address::Ipv4Loopback(54321);
const absl::Time kStart = absl::FromUnixSeconds(971'211'336);
const absl::TimeZone kZone = absl::FixedTimeZone(-7 * 60 * 60);

std::string Format(const AccessRecord& record, AccessFormat format) {
  char buffer[kMaxAccessLine];
  return std::string(FormatAccessRecord(record, format, kZone, absl::MakeSpan(buffer)));
}

AccessRecord Record() {
  return {.client = &kClient,
          .method = "GET",
          .target = "/x",
          .minor_version = 1,
          .status = StatusCode::kOk,
          .content_bytes = 2326,
          .start = kStart};
}

TEST(AccessFormatTest, AsApacheAndNginxWriteThem) {
  AccessRecord usual = Record();
  usual.referer = "http://www.example.com/start.html";
  usual.user_agent = "Mozilla/4.08 [en] (Win98; I ;Nav)";

  AccessRecord head = Record();
  head.method = "HEAD";
  head.minor_version = 0;
  head.content_bytes = 0;

  AccessRecord escaped = Record();
  escaped.user_agent = "q\"uo\\te\x7f\xff\x01\x1b\ttab\xc3\xa9";

  AccessRecord unreadable = Record();
  unreadable.method = "";
  unreadable.target = "";
  unreadable.status = StatusCode::kBadRequest;
  unreadable.content_bytes = 157;

  AccessRecord unanswered = Record();
  unanswered.status = {};
  unanswered.content_bytes = 0;

  AccessRecord unknown = Record();
  unknown.client = nullptr;
  unknown.content_bytes = std::numeric_limits<uint64_t>::max();

  struct Case {
    AccessRecord record;
    std::string_view common;
    std::string_view rest_of_combined;
  };
  const std::string_view time = "[10/Oct/2000:13:55:36 -0700]";
  for (const Case& c : {
           Case{usual, "127.0.0.1 - - TIME \"GET /x HTTP/1.1\" 200 2326",
                " \"http://www.example.com/start.html\" \"Mozilla/4.08 [en] (Win98; I ;Nav)\""},
           Case{head, "127.0.0.1 - - TIME \"HEAD /x HTTP/1.0\" 200 -", " \"-\" \"-\""},
           Case{escaped, "127.0.0.1 - - TIME \"GET /x HTTP/1.1\" 200 2326",
                R"( "-" "q\x22uo\x5Cte\x7F\xFF\x01\x1B\x09tab\xC3\xA9")"},
           Case{unreadable, "127.0.0.1 - - TIME \"-\" 400 157", " \"-\" \"-\""},
           Case{unanswered, "127.0.0.1 - - TIME \"GET /x HTTP/1.1\" 499 -", " \"-\" \"-\""},
           Case{unknown, "- - - TIME \"GET /x HTTP/1.1\" 200 18446744073709551615", " \"-\" \"-\""},
       }) {
    std::string common(c.common);
    common.replace(common.find("TIME"), 4, time);
    EXPECT_EQ(Format(c.record, AccessFormat::kCommon), common + "\n");
    if (absl::EndsWith(common, " -")) common.back() = '0';
    EXPECT_EQ(Format(c.record, AccessFormat::kCombined),
              absl::StrCat(common, c.rest_of_combined, "\n"));
  }
}

TEST(AccessFormatTest, AForgedValueAddsNoLineAndNoField) {
  AccessRecord record = Record();
  record.user_agent =
      "a\" \"b\r\n127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET /forged HTTP/1.1\" 200 1";
  EXPECT_EQ(Format(record, AccessFormat::kCombined),
            R"(127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /x HTTP/1.1" 200 2326 "-" )"
            R"("a\x22 \x22b\x0D\x0A127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] )"
            R"(\x22GET /forged HTTP/1.1\x22 200 1")"
            "\n");
}

std::string Unescaped(std::string_view text) {
  std::string value;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      value += static_cast<char>(std::stoi(std::string(text.substr(at + 2, 2)), nullptr, 16));
      at += 3;
    } else {
      value += text[at];
    }
  }
  return value;
}

// The line's quoted values, unescaped, and as the first what stands around them; none where it is
// not a line of printable ASCII.
std::vector<std::string> Split(std::string_view line) {
  if (!absl::ConsumeSuffix(&line, "\n") ||
      !std::all_of(line.begin(), line.end(), [](char c) { return ' ' <= c && c <= '~'; })) {
    return {};
  }
  std::vector<std::string> parts = {""};
  while (true) {
    const size_t quote = line.find('"');
    absl::StrAppend(&parts[0], line.substr(0, quote));
    if (quote == line.npos) return parts;
    const size_t end = line.find('"', quote + 1);
    if (end == line.npos) return {};
    parts.push_back(Unescaped(line.substr(quote + 1, end - quote - 1)));
    line.remove_prefix(end + 1);
  }
}

// `text` is `value`, or begins as it does and ends in the mark of a cut.
bool IsOrBegins(std::string_view value, std::string_view text) {
  if (text == value) return true;
  return absl::ConsumeSuffix(&text, "...") && absl::StartsWith(value, text);
}

std::string AnyBytes(std::mt19937& random, size_t max_size) {
  static constexpr std::string_view kRare("\"\\\r\n\t \0\x7f\x1b\x80\xc3\xa9\xe2\x82\xac?:/", 19);
  const uint32_t kind = random() % 3;
  std::string bytes(random() % (max_size + 1), '\0');
  for (char& byte : bytes) {
    byte = kind == 0   ? static_cast<char>(random())
           : kind == 1 ? kRare[random() % kRare.size()]
                       : static_cast<char>('a' + random() % 26);
  }
  return bytes;
}

TEST(AccessFormatTest, AnyBytesMakeOneLineOfTheSameFields) {
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    const size_t max_size = size_t{1} << random() % 14;
    const std::string method = AnyBytes(random, max_size);
    const std::string target = AnyBytes(random, max_size);
    const std::string referer = AnyBytes(random, max_size);
    const std::string agent = AnyBytes(random, max_size);
    const AccessRecord record = {.client = &kClient,
                                 .method = method,
                                 .target = target,
                                 .status = static_cast<StatusCode>(random() % 1000),
                                 .content_bytes = uint64_t{random()} << random() % 32,
                                 .referer = referer,
                                 .user_agent = agent,
                                 .start = kStart,
                                 .aborted = random() % 2 == 0};

    const std::string common = Format(record, AccessFormat::kCommon);
    ASSERT_LE(common.size(), kMaxAccessLine);
    ASSERT_EQ(Split(common).size(), 2u) << common;

    const std::string combined = Format(record, AccessFormat::kCombined);
    ASSERT_LE(combined.size(), kMaxAccessLine);
    const std::vector<std::string> parts = Split(combined);
    ASSERT_EQ(parts.size(), 4u) << combined;
    ASSERT_THAT(parts[0], testing::MatchesRegex("127.0.0.1 - - \\[10/Oct/2000:13:55:36 -0700\\]  "
                                                "[0-9]{3} [0-9]+  "));
    if (method.empty()) {
      ASSERT_EQ(parts[1], "-");
    } else if (method.size() + target.size() < 500) {
      ASSERT_EQ(parts[1], absl::StrCat(method, " ", target, " HTTP/1.1"));
    } else {
      ASSERT_TRUE(absl::EndsWith(parts[1], " HTTP/1.1"));
    }
    ASSERT_TRUE(IsOrBegins(referer.empty() ? "-" : referer, parts[2])) << combined;
    ASSERT_TRUE(IsOrBegins(agent.empty() ? "-" : agent, parts[3])) << combined;

    const std::string json = Format(record, AccessFormat::kJson);
    ASSERT_LE(json.size(), kMaxAccessLine);
    ASSERT_EQ(json.find('\n'), json.size() - 1);
    const std::optional<tests::Json> object = tests::ParseJson(json);
    ASSERT_TRUE(object.has_value()) << json;
    ASSERT_EQ(object->Find("aborted") != nullptr, record.aborted);
    ASSERT_EQ(object->Find("user_agent.original") == nullptr, agent.empty());
    ASSERT_EQ(object->Find("http.request.method") == nullptr, method.empty());
  }
}

TEST(AccessFormatTest, LongValuesAreCutAndTheLineStaysWhole) {
  const std::string target = absl::StrCat("/", std::string(8192, 't'));
  AccessRecord record = Record();
  record.target = target;
  record.user_agent = "curl/8.0";
  const std::string line = Format(record, AccessFormat::kCombined);
  EXPECT_GT(line.size(), kMaxAccessLine - 600) << "room is used";
  EXPECT_TRUE(absl::EndsWith(line, "ttt... HTTP/1.1\" 200 2326 \"-\" \"curl/8.0\"\n")) << line;
}

TEST(AccessFormatTest, NoLineAllocates) {
  const std::string escapes(10'000, '\xff');
  AccessRecord record = Record();
  record.referer = escapes;
  char buffer[kMaxAccessLine];
  for (const AccessFormat format :
       {AccessFormat::kCommon, AccessFormat::kCombined, AccessFormat::kJson}) {
    FormatAccessRecord(record, format, kZone, absl::MakeSpan(buffer));
    const size_t before = tests::AllocationCount();
    FormatAccessRecord(record, format, kZone, absl::MakeSpan(buffer));
    EXPECT_EQ(tests::AllocationCount(), before);
  }
}

class GoaccessTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!tests::HaveProgram("goaccess")) GTEST_SKIP() << "goaccess is not installed";
  }

  // How many requests it could read of `lines`, and how many not.
  static std::pair<double, double> Read(std::string_view lines, std::string_view format,
                                        const std::vector<std::string>& flags = {}) {
    const std::string folder = testing::TempDir();
    const std::string log = absl::StrCat(folder, "/goaccess.log");
    const std::string report = absl::StrCat(folder, "/goaccess.json");
    std::ofstream(log) << lines;
    std::vector<std::string> command = {"goaccess", log,    "--no-global-config",
                                        "-o",       report, absl::StrCat("--log-format=", format)};
    command.insert(command.end(), flags.begin(), flags.end());
    const tests::Finished run = tests::RunProgram(command);
    EXPECT_TRUE(run.status.success()) << run.output << run.error;
    std::stringstream text;
    text << std::ifstream(report).rdbuf();
    const std::optional<tests::Json> json = tests::ParseJson(text.str());
    const tests::Json* const general = json ? json->Find("general") : nullptr;
    if (general == nullptr) {
      ADD_FAILURE() << text.str();
      return {0, 0};
    }
    return {general->Find("valid_requests")->number, general->Find("failed_requests")->number};
  }
};

TEST_F(GoaccessTest, ReadsWhatIsWritten) {
  std::mt19937 random(1);
  std::string common;
  std::string combined;
  const net::Address ipv6 = *net::Address::Parse("[2001:db8::1]:80");
  for (int i = 0; i < 100; ++i) {
    AccessRecord record = Record();
    const std::string target = absl::StrCat("/", AnyBytes(random, 5000));
    const std::string agent = AnyBytes(random, 5000);
    record.client = i % 2 == 0 ? &kClient : &ipv6;
    record.method = i % 10 == 0 ? "" : i % 10 == 1 ? "PROPFIND" : "GET";
    record.target = target;
    record.user_agent = agent;
    record.status = i % 7 == 0 ? StatusCode{} : static_cast<StatusCode>(200 + i);
    record.content_bytes = i % 3 == 0 ? 0 : 1000;
    common += Format(record, AccessFormat::kCommon);
    combined += Format(record, AccessFormat::kCombined);
  }
  EXPECT_EQ(Read(common, "COMMON"), std::pair(100.0, 0.0));
  EXPECT_EQ(Read(combined, "COMBINED"), std::pair(100.0, 0.0));
}

TEST_F(GoaccessTest, ReadsUnixClientsWhenToldTo) {
  const net::Address client = *net::Address::Parse("unix:@client");
  AccessRecord record = Record();
  record.client = &client;
  EXPECT_EQ(Read(Format(record, AccessFormat::kCombined), "COMBINED", {"--no-ip-validation"}),
            std::pair(1.0, 0.0));
}

}  // namespace
}  // namespace forklift::http::log
