// CharacterSet tells in one look-up whether a character belongs to a set that is fixed when the
// program is compiled.
#ifndef FORKLIFT_HTTP_CHARACTER_SET_H_
#define FORKLIFT_HTTP_CHARACTER_SET_H_

#include <array>
#include <string_view>

namespace forklift::http {

class CharacterSet {
 public:
  explicit constexpr CharacterSet(std::string_view characters) {
    for (const char c : characters) has_[static_cast<unsigned char>(c)] = true;
  }

  constexpr bool Has(char c) const { return has_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> has_ = {};
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_CHARACTER_SET_H_
