// Headers are fields that a program puts together: in order, duplicates kept, names without case,
// and nothing in them that could break out of its line.
//
// It owns its text, in one piece of memory that it keeps for the next message (Clear), so that in
// steady state nothing is allocated. Pure. One thread at a time; a const object may be shared.
//
//   Headers headers;
//   if (!headers.Add("Set-Cookie", "a=1") || !headers.Add("Set-Cookie", "b=2")) return Refuse();
//   if (!headers.Set(HeaderName::kLocation, target)) return Refuse();  // what a client sent
//   const auto head = connection.BeginResponse(buffer, StatusCode::kFound, headers.fields(), 0);
#ifndef FORKLIFT_HTTP_HEADERS_H_
#define FORKLIFT_HTTP_HEADERS_H_

#include <stddef.h>

#include <string>
#include <string_view>
#include <vector>

#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"

namespace forklift::http {

class Headers {
 public:
  // False, and nothing changes, where `name` is no token or `value` has CR, LF, NUL or another
  // control character but HTAB (RFC 9110 section 5.5), or where the whole would exceed 4 GiB or a
  // name 65,535 bytes. White space around the value is left out. Neither may be in this object.
  [[nodiscard]] bool Add(std::string_view name, std::string_view value);
  // As it is usually spelt. `name` is not kOther.
  [[nodiscard]] bool Add(HeaderName name, std::string_view value);

  // The same in the place of all fields of that name.
  [[nodiscard]] bool Set(std::string_view name, std::string_view value);
  [[nodiscard]] bool Set(HeaderName name, std::string_view value) {
    return Set(Spelling(name), value);
  }

  // How many fields of that name there were.
  size_t Remove(std::string_view name);

  void Clear();

  // Makes room for so many fields, and bytes of their names and values.
  void Reserve(size_t fields, size_t bytes);

  // Good until the next change.
  HeaderFields fields() const {
    return HeaderFields(text_.data(), places_.data(), places_.size(), names_);
  }

 private:
  bool Append(HeaderName id, std::string_view name, std::string_view value);
  size_t RemoveAmong(size_t count, std::string_view name);

  std::string text_;  // of all fields: name, value, name, value...
  std::vector<FieldPlace> places_;
  HeaderNameSet names_ = 0;
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_HEADERS_H_
