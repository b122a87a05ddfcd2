// ModelTest is a test that holds for each of the server's concurrency models.
//
//   using ServeTest = ModelTest;
//   INSTANTIATE_TEST_SUITE_P(Models, ServeTest, AllModels(), NameOfModel);
//   TEST_P(ServeTest, ...) { RunningServer server({ModelFlag()}); ... }
#ifndef FORKLIFT_TESTS_INTEGRATION_MODEL_TEST_H_
#define FORKLIFT_TESTS_INTEGRATION_MODEL_TEST_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forklift::tests {

class ModelTest : public testing::TestWithParam<const char*> {
 protected:
  static std::string Model() { return GetParam(); }
  static std::string ModelFlag() { return absl::StrCat("--model=", GetParam()); }
};

inline auto AllModels() {
  return testing::Values("iterative", "fork", "prefork", "thread", "event");
}

// Those that serve several clients at once.
inline auto ConcurrentModels() { return testing::Values("fork", "prefork", "thread", "event"); }

inline std::string NameOfModel(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_INTEGRATION_MODEL_TEST_H_
