#include "forklift/http/accept_encoding.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/headers.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

// As many fields as lines.
Headers Accepting(const std::vector<std::string_view>& lines) {
  Headers headers;
  EXPECT_TRUE(headers.Add("Accept", "gzip, br"));
  for (std::string_view line : lines) EXPECT_TRUE(headers.Add("accept-encoding", line));
  return headers;
}

TEST(AcceptEncodingTest, WeighsCodings) {
  struct Case {
    std::vector<std::string_view> lines;
    int gzip;
    int br;
    int identity;
  };
  for (const Case& c : {
           Case{{}, 0, 0, 1000},
           Case{{""}, 0, 0, 1},
           Case{{"gzip"}, 1000, 0, 1},
           Case{{"gzip, deflate, br, zstd"}, 1000, 1000, 1},  // a browser
           Case{{"gzip", "br"}, 1000, 1000, 1},
           Case{{"GZip;Q=0.5"}, 500, 0, 1},
           Case{{"x-gzip"}, 1000, 0, 1},
           Case{{"x-gzip;q=0, gzip"}, 0, 0, 1},
           Case{{" ,,gzip ; q=0.25 ,\tbr;\tq=1.000 "}, 250, 1000, 1},
           Case{{"br;q=1.0, gzip;q=0.8, *;q=0.1"}, 800, 1000, 100},
           Case{{"*"}, 1000, 1000, 1000},
           Case{{"*;q=0"}, 0, 0, 0},
           Case{{"*;q=0, gzip"}, 1000, 0, 0},
           Case{{"gzip", "*;q=0"}, 1000, 0, 0},
           Case{{"*;q=0.2, *;q=0.9"}, 200, 200, 200},
           Case{{"identity;q=0"}, 0, 0, 0},
           Case{{"identity;q=0, *"}, 1000, 1000, 0},
           Case{{"gzip;q=0.5, identity"}, 500, 0, 1000},
           Case{{"gzip;q=0"}, 0, 0, 1},
           Case{{"gzip;q=0.000, br;q=0."}, 0, 0, 1},
           Case{{"gzip;q=0.001, br;q=1."}, 1, 1000, 1},
           Case{{"gzip;q=0.3, gzip;q=0.9"}, 300, 0, 1},
           Case{{"gzipped, zip, brotli, xgzip"}, 0, 0, 1},
       }) {
    const Headers headers = Accepting(c.lines);
    const HeaderFields fields = headers.fields();
    const std::string shown = c.lines.empty() ? "(none)" : std::string(c.lines[0]);
    EXPECT_EQ(EncodingWeight(fields, "gzip"), c.gzip) << shown;
    EXPECT_EQ(EncodingWeight(fields, "br"), c.br) << shown;
    EXPECT_EQ(EncodingWeight(fields, "identity"), c.identity) << shown;
    EXPECT_EQ(EncodingWeight(fields, "IDENTITY"), c.identity) << shown;
  }
}

TEST(AcceptEncodingTest, WhatBreaksTheGrammarCountsForNothing) {
  for (std::string_view weight :
       {"", "q", "q=", "q=2", "q=1.001", "q=0.1234", "q=.5", "q=-1", "q=+1", "q=00", "q=1e0",
        "q=0.5;a=b", "q =1", "q= 1", "a=b", "q=0.x", "q=01"}) {
    const std::string element = absl::StrCat("gzip;", weight);
    const Headers alone = Accepting({element});
    EXPECT_EQ(EncodingWeight(alone.fields(), "gzip"), 0) << element;
    const std::string followed = absl::StrCat(element, ", gzip;q=0.7");
    const Headers two = Accepting({followed});
    EXPECT_EQ(EncodingWeight(two.fields(), "gzip"), 700) << followed;
  }
}

TEST(AcceptEncodingTest, EveryWeightIsWithinItsBounds) {
  for (int thousandths = 0; thousandths <= 1000; ++thousandths) {
    const std::string digits = absl::StrCat(1000 + thousandths % 1000).substr(1);
    const std::string line = absl::StrCat("br;q=", thousandths / 1000, ".", digits);
    const Headers headers = Accepting({line});
    EXPECT_EQ(EncodingWeight(headers.fields(), "br"), thousandths) << line;
  }
}

TEST(AcceptEncodingTest, ALongListIsReadToItsEnd) {
  std::string line;
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&line, "c", i, ";q=0.1,");
  line += "gzip";
  const Headers headers = Accepting({line});
  EXPECT_EQ(EncodingWeight(headers.fields(), "gzip"), 1000);
}

}  // namespace
}  // namespace forklift::http
