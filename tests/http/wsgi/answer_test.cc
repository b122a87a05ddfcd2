#include "forklift/http/wsgi/answer.h"

#include <stdint.h>
#include <sys/mman.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/strings/str_join.h"
#include "forklift/http/server/content.h"
#include "forklift/http/status_code.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/http/wsgi/asked.h"
#include "forklift/tests/http/wsgi/python_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using Outcome = Answer::Outcome;
using tests::Asked;
using tests::kNotBegun;
using tests::kUnknown;
using tests::Length;
using tests::Size;

using AnswerTest = tests::PythonTest;

TEST_F(AnswerTest, TheHeadGoesWithTheFirstBlock) {
  Asked asked;
  ASSERT_TRUE(asked.Start("'404 None'", "[('A', 'b')]"));
  EXPECT_EQ(asked.client.begun, kNotBegun);
  EXPECT_EQ(asked.answer.Write(""), Outcome::kMore);
  EXPECT_EQ(asked.client.begun, kNotBegun) << "PEP 3333: no head for an empty block";
  EXPECT_EQ(asked.answer.Write("one"), Outcome::kMore);
  EXPECT_EQ(asked.client.begun, kUnknown);
  EXPECT_EQ(asked.response.status, StatusCode::kNotFound);
  EXPECT_EQ(asked.response.reason, "None");
  EXPECT_EQ(asked.response.headers.fields().Find("A"), "b");
  EXPECT_EQ(asked.client.written, "one");
  EXPECT_EQ(asked.answer.Write("two"), Outcome::kMore);
  EXPECT_EQ(asked.client.written, "onetwo");
  EXPECT_TRUE(asked.answer.Finish());
}

TEST_F(AnswerTest, BlocksThatAreHereAreTheContent) {
  const struct {
    std::vector<std::string> blocks;
    std::string_view headers;
  } kCases[] = {
      {{}, "[]"},
      {{""}, "[]"},
      {{"one"}, "[]"},
      {{"one", "", "two"}, "[]"},
      {{"one"}, "[('Content-Length', '3')]"},
      {{}, "[('Content-Length', '0')]"},
      {{std::string(64 * 1024, 'x')}, "[]"},
  };
  for (const auto& [blocks, headers] : kCases) {
    Asked asked;
    ASSERT_TRUE(asked.Start("'200 OK'", std::string(headers)));
    EXPECT_EQ(asked.WriteAll(blocks), Outcome::kEnough);
    EXPECT_TRUE(asked.answer.Finish());
    EXPECT_EQ(asked.client.begun, kNotBegun) << "the server's to begin";
    EXPECT_EQ(asked.Content(), absl::StrJoin(blocks, ""));
  }
}

// Else a client that does not take it would hold the application up, which has said all.
TEST_F(AnswerTest, ALargeContentIsTheServersToSend) {
  Asked asked;
  ASSERT_TRUE(asked.Start());
  const std::string block(400 * 1024, 'x');
  EXPECT_EQ(asked.WriteAll({block, block}), Outcome::kEnough);
  EXPECT_TRUE(asked.answer.Finish());
  EXPECT_EQ(asked.client.begun, std::nullopt);
  EXPECT_EQ(std::get<std::string>(asked.response.content), block + block);
}

TEST_F(AnswerTest, BlocksMayFollowWhatWasWritten) {
  Asked asked;
  ASSERT_TRUE(asked.Start());
  EXPECT_EQ(asked.answer.Write("one"), Outcome::kMore);
  EXPECT_EQ(asked.WriteAll({"two", "three"}), Outcome::kMore);
  EXPECT_TRUE(asked.answer.Finish());
  EXPECT_EQ(asked.client.written, "onetwothree");
}

TEST_F(AnswerTest, WithoutAnyBlockTheContentIsEmpty) {
  for (const char* headers : {"[]", "[('Content-Length', '0')]"}) {
    Asked asked;
    ASSERT_TRUE(asked.Start("'201 Created'", headers));
    EXPECT_TRUE(asked.answer.Finish());
    EXPECT_EQ(asked.client.begun, kNotBegun);
    EXPECT_EQ(asked.response.status, StatusCode::kCreated);
    EXPECT_EQ(asked.Content(), "");
  }
}

TEST_F(AnswerTest, NoMoreThanWasAnnouncedIsSent) {
  {
    Asked asked;
    ASSERT_TRUE(asked.Start("'200 OK'", Length(5)));
    EXPECT_EQ(asked.answer.Write("one"), Outcome::kMore);
    EXPECT_EQ(asked.answer.Write("two"), Outcome::kMore);
    EXPECT_EQ(asked.answer.Write("three"), Outcome::kEnough);
    EXPECT_TRUE(asked.answer.Finish());
    EXPECT_EQ(asked.client.begun, Size(5));
    EXPECT_EQ(asked.client.written, "onetw");
  }
  Asked asked;
  ASSERT_TRUE(asked.Start("'200 OK'", Length(5)));
  EXPECT_EQ(asked.WriteAll({"one", "two", "three"}), Outcome::kEnough);
  EXPECT_EQ(asked.client.written, "onetw");
}

TEST_F(AnswerTest, LessThanWasAnnouncedIsLeftShort) {
  for (const bool at_once : {false, true}) {
    Asked asked;
    ASSERT_TRUE(asked.Start("'200 OK'", Length(5)));
    EXPECT_EQ(at_once ? asked.WriteAll({"one"}) : asked.answer.Write("one"), Outcome::kMore);
    EXPECT_TRUE(asked.answer.Finish());
    EXPECT_EQ(asked.client.begun, Size(5));
    EXPECT_EQ(asked.client.written, "one");
  }
  Asked asked;
  ASSERT_TRUE(asked.Start("'200 OK'", Length(5)));
  EXPECT_TRUE(asked.answer.Finish());
  EXPECT_EQ(asked.client.begun, Size(5));
}

TEST_F(AnswerTest, AResponseWithoutContentSendsNone) {
  const struct {
    std::string_view method;
    std::string_view status;
    std::string_view headers;
    std::vector<std::string> blocks;
    Size size;
  } kCases[] = {
      {"HEAD", "'200 OK'", "[]", {"one", "two"}, 6},
      {"HEAD", "'200 OK'", "[('Content-Length', '10')]", {}, 10},
      {"HEAD", "'200 OK'", "[('Content-Length', '10')]", {"one"}, 10},
      // It may just have left its content out.
      {"HEAD", "'200 OK'", "[]", {}, std::nullopt},
      {"GET", "'204 No Content'", "[]", {}, std::nullopt},
      {"GET", "'304 Not Modified'", "[]", {}, std::nullopt},
      {"GET", "'304 Not Modified'", "[('Content-Length', '10')]", {}, 10},
      // Whose length is not that of the content that there would be.
      {"GET", "'204 No Content'", "[]", {"one"}, std::nullopt},
      {"GET", "'304 Not Modified'", "[]", {"one"}, std::nullopt},
      {"HEAD", "'304 Not Modified'", "[]", {"one"}, std::nullopt},
  };
  for (const auto& [method, status, headers, blocks, size] : kCases) {
    Asked asked(method);
    ASSERT_TRUE(asked.Start(std::string(status), std::string(headers)));
    const Outcome outcome = asked.WriteAll(blocks);
    EXPECT_NE(outcome, Outcome::kFailed);
    EXPECT_TRUE(asked.answer.Finish());
    EXPECT_EQ(asked.client.begun, std::optional<Size>(size)) << method << " " << status << headers;
    EXPECT_EQ(asked.client.written, "");
  }
}

TEST_F(AnswerTest, OfAResponseWithoutContentOneBlockIsEnough) {
  Asked asked("HEAD");
  ASSERT_TRUE(asked.Start());
  EXPECT_EQ(asked.answer.Write(""), Outcome::kMore);
  EXPECT_EQ(asked.answer.Write("one"), Outcome::kEnough);
  EXPECT_EQ(asked.answer.Write("two"), Outcome::kEnough);
  EXPECT_TRUE(asked.answer.Finish());
  EXPECT_EQ(asked.client.begun, kUnknown);
}

TEST_F(AnswerTest, TheGilIsFreeWhileTheClientIsWaitedFor) {
  Asked asked;
  ASSERT_TRUE(asked.Start());
  bool held = true;
  asked.client.on_write = [&] { held = PyGILState_Check() != 0; };
  EXPECT_EQ(asked.answer.Write("one"), Outcome::kMore);
  EXPECT_FALSE(held);
}

server::FileRegion TenBytes() {
  return {.file = net::UniqueFd(::memfd_create("ten", MFD_CLOEXEC)), .offset = 2, .size = 10};
}

TEST_F(AnswerTest, AFileIsTheContent) {
  const struct {
    std::string headers;
    uint64_t size;
  } kCases[] = {{"[]", 10}, {Length(10), 10}, {Length(4), 4}, {Length(0), 0}};
  for (const auto& [headers, size] : kCases) {
    Asked asked;
    ASSERT_TRUE(asked.Start("'206 Part'", headers));
    server::FileRegion region = TenBytes();
    EXPECT_TRUE(asked.answer.SendFile(region));
    EXPECT_TRUE(asked.answer.Finish());
    EXPECT_EQ(asked.response.status, StatusCode::kPartialContent);
    const auto* sent = std::get_if<server::FileRegion>(&asked.response.content);
    ASSERT_NE(sent, nullptr);
    EXPECT_TRUE(sent->file.valid());
    EXPECT_EQ(sent->offset, 2);
    EXPECT_EQ(sent->size, size) << headers;
  }
}

TEST_F(AnswerTest, AFileThatIsNotAllOfTheContentIsToBeRead) {
  const struct {
    std::string_view method;
    std::string_view status;
    std::string headers;
    std::string_view before;
  } kCases[] = {
      {"HEAD", "'200 OK'", "[]", ""},
      {"GET", "'304 Not Modified'", "[]", ""},
      {"GET", "'200 OK'", Length(11), ""},
      {"GET", "'200 OK'", "[]", "written"},
  };
  for (const auto& [method, status, headers, before] : kCases) {
    Asked asked(method);
    ASSERT_TRUE(asked.Start(std::string(status), headers));
    EXPECT_EQ(asked.answer.Write(before), Outcome::kMore);
    server::FileRegion region = TenBytes();
    EXPECT_FALSE(asked.answer.SendFile(region)) << method << status << headers;
    EXPECT_TRUE(region.file.valid());
  }
}

}  // namespace
}  // namespace forklift::http::wsgi
