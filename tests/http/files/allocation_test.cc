// What a request for a file allocates in steady state.
#include <stddef.h>

#include <memory>
#include <string_view>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "forklift/http/files/file_handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/status_code.h"
#include "forklift/net/address.h"
#include "forklift/tests/http/files/parsed_request.h"
#include "forklift/tests/http/files/tree.h"
#include "forklift/tests/support/allocation_count.h"
#include "gtest/gtest.h"

namespace forklift::http::files {
namespace {

TEST(FileHandlerAllocationTest, AFileCostsAtMostItsPath) {
  const tests::Tree tree;
  tree.Write("folder/a-file-with-a-name.css", "style");
  tree.Write("folder/a-file-with-a-name.css.gz", "zipped");
  tree.Write("a", "a");
  absl::StatusOr<std::unique_ptr<FileHandler>> handler =
      FileHandler::Create({.root = tree.Path(), .precompressed = true});
  CHECK_OK(handler);
  struct Case {
    std::string_view line;
    std::string_view fields;
    StatusCode status;
  };
  server::Response response;
  for (const Case& c : {
           Case{"GET /folder/a-file-with-a-name.css", "", StatusCode::kOk},
           Case{"GET /folder/a-file-with-a-name.css", "Accept-Encoding: br, gzip\r\n",
                StatusCode::kOk},
           Case{"GET /folder/a-file-with-a-name.css", "If-None-Match: *\r\n",
                StatusCode::kNotModified},
           Case{"GET /folder/a-file-with-a-name.css", "Range: bytes=0-1\r\n",
                StatusCode::kPartialContent},
           Case{"HEAD /a", "", StatusCode::kOk},
       }) {
    const tests::ParsedRequest request(c.line, c.fields);
    for (const bool warm : {false, true}) {
      response.Clear();
      const size_t before = tests::AllocationCount();
      (*handler)->Handle({*request, net::Address::Ipv4Loopback(1)}, response);
      const size_t allocations = tests::AllocationCount() - before;
      EXPECT_EQ(response.status, c.status) << c.line;
      if (warm) {
        EXPECT_LE(allocations, 1u) << c.line << " " << c.fields;
      }
    }
  }
}

}  // namespace
}  // namespace forklift::http::files
