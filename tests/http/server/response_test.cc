#include "forklift/http/server/response.h"

#include <memory>
#include <string>
#include <variant>

#include "forklift/http/header_name.h"
#include "forklift/http/server/content.h"
#include "forklift/http/status_code.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

TEST(ResponseTest, AnErrorSaysWhyAndNothingOfWhatWasBefore) {
  Response response;
  ASSERT_TRUE(response.headers.Add("Secret", "1"));
  response.content = FileRegion{.size = 10};
  response.SetError(StatusCode::kNotFound, "no such file");
  EXPECT_EQ(response.status, StatusCode::kNotFound);
  EXPECT_EQ(std::get<std::string>(response.content), "404 Not Found: no such file\n");
  EXPECT_EQ(response.headers.fields().size(), 1u);
  EXPECT_EQ(response.headers.fields().Find(HeaderName::kContentType), "text/plain; charset=utf-8");
}

TEST(ResponseTest, ClearMakesItNew) {
  Response response;
  response.SetError(StatusCode::kNotFound, "no such file");
  response.Clear();
  EXPECT_EQ(response.status, StatusCode::kOk);
  EXPECT_TRUE(response.headers.fields().empty());
  EXPECT_EQ(SizeOf(response.content), 0u);
}

TEST(ContentTest, KnowsItsSize) {
  EXPECT_EQ(SizeOf(Content("hello")), 5u);
  EXPECT_EQ(SizeOf(SharedBytes{"hello!"}), 6u);
  EXPECT_EQ(SizeOf(FileRegion{.offset = 3, .size = 7}), 7u);
  EXPECT_EQ(SizeOf(Produced{.producer = nullptr, .size = 8}), 8u);
  EXPECT_EQ(SizeOf(Produced{}), std::nullopt);
}

}  // namespace
}  // namespace forklift::http::server
