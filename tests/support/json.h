// ParseJson reads a text of RFC 8259, strictly, for tests whose cases are data.
//
// A plain value; pure.
#ifndef FORKLIFT_TESTS_SUPPORT_JSON_H_
#define FORKLIFT_TESTS_SUPPORT_JSON_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forklift::tests {

struct Json {
  enum class Kind { kNull, kBoolean, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  bool boolean = false;
  double number = 0;
  std::string text;
  std::vector<Json> items;        // of an array or an object
  std::vector<std::string> keys;  // of an object, one for each item

  // An object's item, the first of that name; nullptr where there is none.
  const Json* Find(std::string_view key) const;
};

// Nothing where `text` is not one value and white space, or nests deeper than 16.
std::optional<Json> ParseJson(std::string_view text);

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_JSON_H_
