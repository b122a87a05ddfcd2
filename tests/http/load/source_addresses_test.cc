#include "forklift/http/load/source_addresses.h"

#include <stddef.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/address.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

std::vector<std::string> Sources(const std::vector<std::string>& texts, size_t connections) {
  const absl::StatusOr<std::vector<net::Address>> sources = ParseSources(texts, connections);
  EXPECT_TRUE(sources.ok()) << sources.status();
  std::vector<std::string> names;
  if (sources.ok()) {
    for (const net::Address& source : *sources) names.push_back(absl::StrCat(source));
  }
  return names;
}

TEST(SourceAddressesTest, AddressesAsTheyAre) {
  EXPECT_THAT(Sources({"127.0.0.2", "::1"}, 100'000), ElementsAre("127.0.0.2:0", "[::1]:0"));
  EXPECT_THAT(Sources({}, 5), SizeIs(0));
}

TEST(SourceAddressesTest, AsManyOfANetworkAsTheConnectionsNeed) {
  EXPECT_THAT(Sources({"127.0.0.0/8"}, 10), ElementsAre("127.0.0.1:0"));
  EXPECT_THAT(Sources({"127.1.0.0/16"}, 50'000),
              ElementsAre("127.1.0.1:0", "127.1.0.2:0", "127.1.0.3:0", "127.1.0.4:0"));
  EXPECT_THAT(Sources({"127.0.0.0/30"}, 1'000'000), ElementsAre("127.0.0.1:0", "127.0.0.2:0"));
  EXPECT_THAT(Sources({"10.0.255.0/8"}, 300 * kConnectionsOfASource), SizeIs(301));
}

TEST(SourceAddressesTest, SaysWhatIsNeither) {
  for (const char* text : {"localhost", "127.0.0.0/", "127.0.0.0/0", "127.0.0.0/31", "::/8", "",
                           "127.0.0.0/x", "1.2.3", "127.0.0.1:80"}) {
    const absl::Status status = ParseSources({text}, 10).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
    EXPECT_THAT(status.message(), testing::HasSubstr(absl::StrCat("'", text, "'")));
  }
}

}  // namespace
}  // namespace forklift::http::load
