#include "forklift/http/files/file_response.h"

#include <fcntl.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forklift/http/files/precompressed.h"
#include "forklift/http/files/root.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/server/content.h"
#include "forklift/http/server/response.h"
#include "forklift/http/status_code.h"
#include "forklift/tests/http/files/parsed_request.h"
#include "forklift/tests/http/files/response_text.h"
#include "forklift/tests/http/files/tree.h"
#include "gtest/gtest.h"

namespace forklift::http::files {
namespace {

using server::Response;

constexpr std::string_view kContent = "0123456789";
constexpr std::string_view kModified = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view kBefore = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr std::string_view kLater = "Mon, 07 Nov 1994 08:49:37 GMT";

std::vector<std::string> Names(const Response& response) {
  std::vector<std::string> names;
  for (const Field field : response.headers.fields()) names.emplace_back(field.name);
  return names;
}

class FileResponseTest : public testing::Test {
 protected:
  FileResponseTest() {
    Write(kContent);
    tag_ = tests::FieldOf(Get(), "ETag");
  }

  void Write(std::string_view content) const {
    tree_.Write("file", content);
    tree_.SetModified("file", absl::FromUnixSeconds(784111777) + absl::Milliseconds(500));
  }

  Response Answer(std::string_view line, std::string_view fields, std::string_view coding,
                  absl::Time now) const {
    const absl::StatusOr<Root> root = Root::Open(tree_.Path());
    CHECK_OK(root);
    SelectedFile selected = {root->OpenFile("file"), coding, !coding.empty()};
    Response response;
    AnswerWithFile(*tests::ParsedRequest(line, fields), std::move(selected),
                   {"text/plain", "max-age=60"}, now, response);
    return response;
  }
  // Long after the file was made.
  Response Get(std::string_view fields = "", std::string_view coding = "") const {
    return Answer("GET /", fields, coding, absl::Now() + absl::Hours(1));
  }

  const tests::Tree tree_;
  std::string tag_;  // strong
};

TEST_F(FileResponseTest, SaysAllThatIsKnownOfTheFile) {
  for (std::string_view line : {"GET /", "HEAD /"}) {
    const Response response = Answer(line, "", "gzip", absl::Now() + absl::Hours(1));
    EXPECT_EQ(response.status, StatusCode::kOk);
    EXPECT_EQ(tests::FieldOf(response, "ETag"), tag_);
    EXPECT_EQ(tests::FieldOf(response, "Last-Modified"), kModified);
    EXPECT_EQ(tests::FieldOf(response, "Cache-Control"), "max-age=60");
    EXPECT_EQ(tests::FieldOf(response, "Vary"), "Accept-Encoding");
    EXPECT_EQ(tests::FieldOf(response, "Content-Encoding"), "gzip");
    EXPECT_EQ(tests::FieldOf(response, "Content-Type"), "text/plain");
    EXPECT_EQ(tests::FieldOf(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(tests::FieldOf(response, "Accept-Ranges"), "bytes");
    EXPECT_EQ(response.headers.fields().size(), 8u);
    EXPECT_EQ(tests::BodyOf(response), kContent);
  }
}

TEST_F(FileResponseTest, SaysNothingOfACodingThatThereIsNot) {
  const Response response = Get();
  EXPECT_EQ(Names(response),
            (std::vector<std::string>{"ETag", "Cache-Control", "Last-Modified", "Accept-Ranges",
                                      "X-Content-Type-Options", "Content-Type"}));
}

TEST_F(FileResponseTest, AnEmptyFileIsWhole) {
  Write("");
  const Response response = Get();
  EXPECT_EQ(response.status, StatusCode::kOk);
  EXPECT_EQ(SizeOf(response.content), 0u);
}

TEST_F(FileResponseTest, HeedsConditions) {
  struct Case {
    std::string fields;
    StatusCode status;
  };
  constexpr StatusCode kPerformed = StatusCode::kOk;
  constexpr StatusCode kNotModified = StatusCode::kNotModified;
  constexpr StatusCode kFailed = StatusCode::kPreconditionFailed;
  for (const Case& c : {
           Case{absl::StrCat("If-None-Match: ", tag_, "\r\n"), kNotModified},
           Case{absl::StrCat("If-None-Match: W/", tag_, "\r\n"), kNotModified},
           Case{absl::StrCat("If-None-Match: \"x\"\r\nIf-None-Match: \"y\", ", tag_, "\r\n"),
                kNotModified},
           Case{"If-None-Match: *\r\n", kNotModified},
           Case{"If-None-Match: \"x\"\r\n", kPerformed},
           Case{absl::StrCat("If-None-Match: \"x\"\r\nIf-Modified-Since: ", kLater, "\r\n"),
                kPerformed},
           Case{absl::StrCat("If-Modified-Since: ", kModified, "\r\n"), kNotModified},
           Case{absl::StrCat("If-Modified-Since: ", kLater, "\r\n"), kNotModified},
           Case{absl::StrCat("If-Modified-Since: ", kBefore, "\r\n"), kPerformed},
           Case{"If-Modified-Since: yesterday\r\n", kPerformed},
           Case{absl::StrCat("If-Match: ", tag_, "\r\n"), kPerformed},
           Case{"If-Match: *\r\n", kPerformed},
           Case{"If-Match: \"x\"\r\n", kFailed},
           Case{absl::StrCat("If-Match: W/", tag_, "\r\n"), kFailed},
           Case{absl::StrCat("If-Unmodified-Since: ", kModified, "\r\n"), kPerformed},
           Case{absl::StrCat("If-Unmodified-Since: ", kBefore, "\r\n"), kFailed},
           // Conditions come before ranges.
           Case{absl::StrCat("Range: bytes=99-\r\nIf-None-Match: ", tag_, "\r\n"), kNotModified},
           Case{"Range: bytes=0-0\r\nIf-Match: \"x\"\r\n", kFailed},
       }) {
    for (std::string_view line : {"GET /", "HEAD /"}) {
      const Response response = Answer(line, c.fields, "", absl::Now() + absl::Hours(1));
      EXPECT_EQ(response.status, c.status) << line << " " << c.fields;
    }
  }
}

TEST_F(FileResponseTest, NotModifiedTellsCachesWhatCounts) {  // RFC 9110 section 15.4.5
  const Response response = Get(absl::StrCat("If-None-Match: ", tag_, "\r\n"), "gzip");
  EXPECT_EQ(response.status, StatusCode::kNotModified);
  EXPECT_EQ(Names(response), (std::vector<std::string>{"ETag", "Cache-Control", "Vary"}));
  EXPECT_EQ(tests::FieldOf(response, "ETag"), tag_);
  EXPECT_EQ(tests::BodyOf(response), "");
}

TEST_F(FileResponseTest, SendsOneRange) {
  struct Case {
    std::string_view range;
    std::string_view content_range;
    std::string_view body;
  };
  for (const Case& c : {
           Case{"bytes=0-0", "bytes 0-0/10", "0"},
           Case{"bytes=2-4", "bytes 2-4/10", "234"},
           Case{"bytes=8-", "bytes 8-9/10", "89"},
           Case{"bytes=-3", "bytes 7-9/10", "789"},
           Case{"bytes=0-99999", "bytes 0-9/10", "0123456789"},
           Case{"bytes=-99", "bytes 0-9/10", "0123456789"},
           Case{"bytes=3-3,99-", "bytes 3-3/10", "3"},
       }) {
    for (std::string_view coding : {"", "gzip"}) {
      const Response response = Get(absl::StrCat("Range: ", c.range, "\r\n"), coding);
      EXPECT_EQ(response.status, StatusCode::kPartialContent) << c.range;
      EXPECT_EQ(tests::FieldOf(response, "Content-Range"), c.content_range);
      EXPECT_EQ(tests::FieldOf(response, "Content-Type"), "text/plain");
      EXPECT_EQ(tests::FieldOf(response, "Content-Encoding"), coding);
      EXPECT_EQ(tests::FieldOf(response, "ETag"), tag_);
      EXPECT_EQ(tests::BodyOf(response), c.body);
    }
  }
}

TEST_F(FileResponseTest, RefusesARangeThatTheFileDoesNotHave) {
  Response response = Get("Range: bytes=10-\r\n");
  EXPECT_EQ(response.status, StatusCode::kRangeNotSatisfiable);
  EXPECT_EQ(tests::FieldOf(response, "Content-Range"), "bytes */10");
  EXPECT_EQ(tests::FieldOf(response, "ETag"), "");
  Write("");
  response = Get("Range: bytes=0-0\r\n");
  EXPECT_EQ(response.status, StatusCode::kRangeNotSatisfiable);
  EXPECT_EQ(tests::FieldOf(response, "Content-Range"), "bytes */0");
}

TEST_F(FileResponseTest, SendsTheWholeWhereARangeDoesNotCount) {
  for (const std::string& fields : {
           std::string("Range: lines=0-0\r\n"),
           std::string("Range: bytes=a\r\n"),
           std::string("Range: bytes=0-5,3-9\r\n"),
           std::string("Range: bytes=0-0\r\nRange: bytes=1-1\r\n"),
           std::string("Range: bytes=0-0\r\nIf-Range: \"x\"\r\n"),
           absl::StrCat("Range: bytes=0-0\r\nIf-Range: W/", tag_, "\r\n"),
           absl::StrCat("Range: bytes=0-0\r\nIf-Range: ", kBefore, "\r\n"),
           absl::StrCat("Range: bytes=0-0\r\nIf-Range: ", kLater, "\r\n"),
           absl::StrCat("Range: bytes=0-0\r\nIf-Range: ", tag_, "\r\nIf-Range: ", tag_, "\r\n"),
       }) {
    const Response response = Get(fields);
    EXPECT_EQ(response.status, StatusCode::kOk) << fields;
    EXPECT_EQ(tests::FieldOf(response, "Content-Range"), "") << fields;
    EXPECT_EQ(tests::BodyOf(response), kContent) << fields;
  }
  const Response head = Answer("HEAD /", "Range: bytes=0-0\r\n", "", absl::Now() + absl::Hours(1));
  EXPECT_EQ(head.status, StatusCode::kOk);
  EXPECT_EQ(SizeOf(head.content), kContent.size());
}

TEST_F(FileResponseTest, SendsARangeOfTheVersionThatTheClientHas) {
  for (std::string_view version : {std::string_view(tag_), kModified}) {
    const Response response = Get(absl::StrCat("Range: bytes=5-\r\nIf-Range: ", version, "\r\n"));
    EXPECT_EQ(response.status, StatusCode::kPartialContent) << version;
    EXPECT_EQ(tests::BodyOf(response), "56789") << version;
  }
}

// The tag of a file that may still change within the same tick is weak, and no ground for a range.
TEST_F(FileResponseTest, AFreshFileIsResumedByNoTag) {
  const absl::Time now = absl::Now();
  const std::string weak = tests::FieldOf(Answer("GET /", "", "", now), "ETag");
  EXPECT_EQ(weak, absl::StrCat("W/", tag_));
  for (const std::string& tag : {weak, tag_}) {
    const std::string fields = absl::StrCat("Range: bytes=5-\r\nIf-Range: ", tag, "\r\n");
    EXPECT_EQ(Answer("GET /", fields, "", now).status, StatusCode::kOk) << tag;
    const std::string revalidation = absl::StrCat("If-None-Match: ", tag, "\r\n");
    EXPECT_EQ(Answer("GET /", revalidation, "", now).status, StatusCode::kNotModified) << tag;
  }
}

TEST_F(FileResponseTest, SendsSeveralRanges) {
  std::set<std::string> types;
  for (int i = 0; i < 2; ++i) {
    const Response response = Get("Range: bytes=1-2,-1\r\n");
    EXPECT_EQ(response.status, StatusCode::kPartialContent);
    EXPECT_EQ(tests::FieldOf(response, "Content-Range"), "");
    const std::string type = tests::FieldOf(response, "Content-Type");
    constexpr std::string_view kType = "multipart/byteranges; boundary=";
    ASSERT_TRUE(absl::StartsWith(type, kType)) << type;
    const std::string boundary = type.substr(kType.size());
    EXPECT_EQ(boundary.size(), 32u);
    EXPECT_EQ(
        tests::BodyOf(response),
        absl::StrCat("--", boundary,
                     "\r\nContent-Type: text/plain\r\nContent-Range: bytes 1-2/10\r\n\r\n12\r\n--",
                     boundary,
                     "\r\nContent-Type: text/plain\r\nContent-Range: bytes 9-9/10\r\n\r\n9\r\n--",
                     boundary, "--\r\n"));
    types.insert(type);
  }
  EXPECT_EQ(types.size(), 2u) << "a boundary that can be foretold";
}

TEST_F(FileResponseTest, SendsSeveralRangesOfACodingAsTheWhole) {
  const Response response = Get("Range: bytes=1-2,-1\r\n", "gzip");
  EXPECT_EQ(response.status, StatusCode::kOk);
  EXPECT_EQ(tests::FieldOf(response, "Content-Type"), "text/plain");
  EXPECT_EQ(tests::BodyOf(response), kContent);
}

TEST_F(FileResponseTest, HandsTheFileOver) {
  const Response response = Get("Range: bytes=2-4\r\n");
  const auto& region = std::get<server::FileRegion>(response.content);
  EXPECT_EQ(region.offset, 2u);
  EXPECT_EQ(region.size, 3u);
  EXPECT_EQ(::fcntl(region.file.get(), F_GETFD), FD_CLOEXEC);
}

}  // namespace
}  // namespace forklift::http::files
