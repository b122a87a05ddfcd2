#include "forklift/http/log/log_line.h"

#include <stddef.h>
#include <stdint.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "forklift/tests/support/guarded_bytes.h"
#include "forklift/tests/support/json.h"
#include "gtest/gtest.h"

namespace forklift::http::log {
namespace {

std::string Value(std::string_view value, Escaping escaping, size_t limit = 4000) {
  std::vector<char> buffer(limit);
  LogLine line(absl::MakeSpan(buffer));
  line.AddValue(value, escaping, limit);
  return std::string(line.text());
}

TEST(LogLineTest, Numbers) {
  char buffer[64];
  LogLine line(absl::MakeSpan(buffer));
  line.AddNumber(0);
  line.Add(" ");
  line.AddNumber(std::numeric_limits<uint64_t>::max());
  line.Add(" ");
  line.AddHexadecimal(0xdb8);
  line.Add(" ");
  line.AddPadded(7, 3);
  line.AddPadded(12345, 2);
  EXPECT_EQ(line.text(), "0 18446744073709551615 db8 00745");
  EXPECT_EQ(line.room(), sizeof(buffer) - line.text().size());
}

TEST(LogLineTest, EveryByteInEachEscaping) {
  for (int c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    const std::string value(1, byte);
    const std::string upper = absl::StrFormat("%02X", c);
    const bool quoted = byte == '"' || byte == '\\';
    const bool printable = c >= 0x20 && c < 0x7f;
    EXPECT_EQ(Value(value, Escaping::kHexadecimal),
              printable && !quoted ? value : absl::StrCat("\\x", upper));
    EXPECT_EQ(Value(value, Escaping::kJson), quoted      ? absl::StrCat("\\", value)
                                             : printable ? value
                                             : c < 0x80  ? absl::StrCat("\\u00", upper)
                                                         : "\xef\xbf\xbd");
  }
}

TEST(LogLineTest, JsonKeepsUtf8AndReplacesTheRest) {
  EXPECT_EQ(Value("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80", Escaping::kJson),
            "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
  EXPECT_EQ(Value("\xc3(\xed\xa0\x80", Escaping::kJson),
            "\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(Value("\xc2\x9b\x31m", Escaping::kJson), "\\u009B1m") << "the terminal's CSI";
  EXPECT_EQ(Value("\xc2\xa0", Escaping::kJson), "\xc2\xa0");
}

TEST(LogLineTest, NoByteBesideTheValueIsRead) {
  tests::GuardedBytes bytes(70);
  for (size_t size = 0; size < 70; ++size) {
    for (const char c : {'a', '\xf0'}) {
      const std::string value(size, c);
      const std::string expected = Value(value, Escaping::kJson);
      EXPECT_EQ(Value(bytes.AtEnd(value), Escaping::kJson), expected);
      EXPECT_EQ(Value(bytes.AtBegin(value), Escaping::kJson), expected);
    }
  }
}

// What the escapes of `text`, which has no mark, stand for.
std::string Unescaped(std::string_view text, Escaping escaping) {
  if (escaping == Escaping::kJson) {
    const auto json = tests::ParseJson(absl::StrCat("\"", text, "\""));
    EXPECT_TRUE(json.has_value()) << text;
    return json ? json->text : "";
  }
  std::string value;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      value += text[at];
      continue;
    }
    EXPECT_EQ(text.substr(at, 2), "\\x");
    value += static_cast<char>(std::stoi(std::string(text.substr(at + 2, 2)), nullptr, 16));
    at += 3;
  }
  return value;
}

TEST(LogLineTest, AValueIsCutBetweenItsEscapesAtAnyLimit) {
  const std::string values[] = {
      "",
      "abcdefghijklmnopqrstuvwxyz",
      "\x01\x02\x03\x04\x05\x06",
      "a\x01"
      "bc\"\\de",
      "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xbc",
      "abcdefghijklmnopqrst\n",
      "\nabcdefghijklmnopqrst",
  };
  for (const std::string& value : values) {
    for (const Escaping escaping : {Escaping::kHexadecimal, Escaping::kJson}) {
      const std::string whole = Value(value, escaping);
      EXPECT_EQ(Unescaped(whole, escaping), value);
      for (size_t limit = 3; limit < 60; ++limit) {
        const std::string kept = Value(value, escaping, limit);
        EXPECT_LE(kept.size(), limit);
        if (whole.size() <= limit) {
          EXPECT_EQ(kept, whole);
          continue;
        }
        EXPECT_TRUE(absl::EndsWith(kept, "...")) << kept;
        EXPECT_GT(kept.size() + 6, limit) << "no more is cut than must be";
        const std::string begin =
            Unescaped(std::string_view(kept).substr(0, kept.size() - 3), escaping);
        EXPECT_TRUE(absl::StartsWith(value, begin)) << kept;
      }
    }
  }
}

TEST(LogLineTest, ValuesShareWhatRoomThereIs) {
  char buffer[4096];
  const std::string huge(10'000, 'a');
  const std::string escapes(10'000, '\n');
  const std::string_view choices[] = {"", "short", huge, escapes};
  for (std::string_view first : choices) {
    for (std::string_view second : choices) {
      for (std::string_view third : choices) {
        LogLine line(absl::MakeSpan(buffer));
        const LogValue values[] = {{"<", first, ">"}, {"(", second, ")"}, {"[", third, "]"}};
        line.AddValues(values, Escaping::kHexadecimal, ".\n");
        const std::string_view text = line.text();
        EXPECT_TRUE(absl::StartsWith(text, "<") && absl::EndsWith(text, "].\n"));
        const size_t first_end = text.find(">("), second_end = text.find(")[");
        ASSERT_TRUE(first_end < second_end && second_end < text.size());
        const size_t sizes[] = {first_end - 1, second_end - first_end - 2,
                                text.size() - second_end - 5};
        for (int i = 0; i < 3; ++i) {
          const std::string_view value = values[i].value;
          if (value.size() < 10) {
            EXPECT_EQ(sizes[i], value.size());
          } else {
            EXPECT_GE(sizes[i], LogLine::kShare - 3);
          }
        }
        if (third.size() > 10) {
          EXPECT_GT(text.size(), sizeof(buffer) - 4) << "the last has the rest";
        }
      }
    }
  }
}

using LogLineDeathTest = testing::Test;

TEST(LogLineDeathTest, WhatDoesNotFitIsAMistake) {
  char buffer[4];
  EXPECT_DEATH(LogLine(absl::MakeSpan(buffer)).Add("12345"), "room");
  EXPECT_DEATH(LogLine(absl::MakeSpan(buffer)).AddNumber(12345), "error");
  EXPECT_DEATH(LogLine(absl::MakeSpan(buffer)).AddPadded(1, 5), "room");
  EXPECT_DEATH(LogLine(absl::MakeSpan(buffer)).AddValue("", Escaping::kJson, 5), "room");
  EXPECT_DEATH(LogLine(absl::MakeSpan(buffer)).AddValue("", Escaping::kJson, 2), "limit");
}

}  // namespace
}  // namespace forklift::http::log
