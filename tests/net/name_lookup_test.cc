#include "forklift/net/name_lookup.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/net/address.h"
#include "forklift/tests/support/holdings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

absl::Status LookupThatFails(int error, int error_number = 0) {
  return ResolveNow("some.host", "80", {},
                    [=](const char*, const char*, const addrinfo*, addrinfo**) {
                      errno = error_number;
                      return error;
                    })
      .status();
}

TEST(NameLookupTest, LocalhostIsLoopback) {
  const absl::StatusOr<std::vector<Address>> addresses =
      ResolveNow("localhost", "8888", {.family = AF_INET});
  if (!addresses.ok())
    GTEST_SKIP() << "no localhost in this system's names: " << addresses.status();
  EXPECT_THAT(*addresses, ElementsAre(Address::Ipv4Loopback(8888)));
}

TEST(NameLookupTest, NumbersNeedNoNameServer) {
  const tests::Holdings before = tests::Holdings::Now();
  EXPECT_THAT(*ResolveNumeric("192.0.2.7", "80"), ElementsAre(*Address::Parse("192.0.2.7:80")));
  EXPECT_THAT(*ResolveNumeric("2001:db8::7", "0"), ElementsAre(*Address::Parse("[2001:db8::7]:0")));
  EXPECT_EQ(ResolveNumeric("localhost", "80"), std::nullopt);
  EXPECT_EQ(ResolveNumeric("192.0.2.7", "http"), std::nullopt) << "a file would be read";
  EXPECT_EQ(ResolveNumeric("192.0.2.7", "80", {.family = AF_INET6}), std::nullopt);
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST(NameLookupTest, AsksForStreamsOfTheFamilyWanted) {
  addrinfo asked = {};
  (void)ResolveNow("some.host", "80", {.family = AF_INET6},
                   [&](const char* host, const char* service, const addrinfo* hints, addrinfo**) {
                     EXPECT_EQ(std::string(host), "some.host");
                     EXPECT_EQ(std::string(service), "80");
                     asked = *hints;
                     return EAI_NONAME;
                   });
  EXPECT_EQ(asked.ai_family, AF_INET6);
  EXPECT_EQ(asked.ai_socktype, SOCK_STREAM);
}

TEST(NameLookupTest, EachAddressComesOnce) {
  const absl::StatusOr<std::vector<Address>> addresses =
      ResolveNow("some.host", "80", {},
                 [](const char*, const char* service, const addrinfo*, addrinfo** list) {
                   // Without a type every address comes for streams, datagrams and raw sockets.
                   addrinfo hints = {};
                   hints.ai_flags = AI_NUMERICHOST;
                   return ::getaddrinfo("192.0.2.7", service, &hints, list);
                 });
  ASSERT_TRUE(addresses.ok()) << addresses.status();
  EXPECT_THAT(*addresses, ElementsAre(*Address::Parse("192.0.2.7:80")));
}

TEST(NameLookupTest, ErrorsTellTheNamesTheReasonAndItsSymbol) {
  struct Case {
    int error;
    std::string_view symbol;
    absl::StatusCode code;
  };
  for (const Case& c : {Case{EAI_NONAME, "(EAI_NONAME)", absl::StatusCode::kNotFound},
                        Case{EAI_NODATA, "(EAI_NODATA)", absl::StatusCode::kNotFound},
                        Case{EAI_SERVICE, "(EAI_SERVICE)", absl::StatusCode::kNotFound},
                        Case{EAI_AGAIN, "(EAI_AGAIN)", absl::StatusCode::kUnavailable},
                        Case{EAI_FAIL, "(EAI_FAIL)", absl::StatusCode::kUnavailable},
                        Case{EAI_MEMORY, "(EAI_MEMORY)", absl::StatusCode::kResourceExhausted},
                        Case{-4711, "(error -4711)", absl::StatusCode::kUnknown}}) {
    const absl::Status status = LookupThatFails(c.error);
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_THAT(status.message(), HasSubstr("getaddrinfo host 'some.host' service '80': "));
    EXPECT_THAT(status.message(), HasSubstr(c.symbol));
  }
}

TEST(NameLookupTest, ASystemErrorIsThatOfTheSystem) {
  EXPECT_EQ(LookupThatFails(EAI_SYSTEM, EMFILE).message(),
            "getaddrinfo host 'some.host' service '80': Too many open files (EMFILE)");
}

TEST(NameLookupTest, RefusesWhatCannotBeAName) {
  using namespace std::string_view_literals;
  int lookups = 0;
  for (const auto& [host, service] : {std::pair("a\0b"sv, "80"sv),
                                      {"host"sv, "8\0"sv},
                                      {"host"sv, ""sv},
                                      {"host"sv, " 80"sv},
                                      {"host"sv, "+80"sv},
                                      {"host"sv, "-1"sv},
                                      {"host"sv, "65616"sv},
                                      {"192.0.2.7"sv, "65616"sv},
                                      {"192.0.2.7"sv, "4294967376"sv}}) {
    const absl::Status status =
        ResolveNow(host, service, {}, [&](const char*, const char*, const addrinfo*, addrinfo**) {
          ++lookups;
          return EAI_NONAME;
        }).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << service;
    EXPECT_EQ(ResolveNumeric(host, service), std::nullopt) << service;
  }
  EXPECT_EQ(lookups, 0);
}

TEST(NameLookupTest, ErrorsAreSafeToLog) {
  EXPECT_THAT(ResolveNow("evil\n\x1b[2J", "").status().message(), HasSubstr("'evil\\n\\x1b[2J'"));
}

}  // namespace
}  // namespace forklift::net
