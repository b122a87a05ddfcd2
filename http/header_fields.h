// HeaderFields is a view of the fields of a message: in order, duplicates kept, names without case.
//
// It owns nothing: names and values are in the bytes of the message, their places in the parser or
// in the Headers that gave the view; it is good as long as both stand still. Cheap to copy.
// Thread-safe as any const object is.
//
//   if (std::optional<std::string_view> type = fields.Find(HeaderName::kContentType)) Use(*type);
//   for (const Field field : fields) Print(field.name, field.value);
#ifndef FORKLIFT_HTTP_HEADER_FIELDS_H_
#define FORKLIFT_HTTP_HEADER_FIELDS_H_

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "absl/strings/match.h"
#include "forklift/http/header_name.h"

namespace forklift::http {

struct Field {
  std::string_view name;   // as sent
  std::string_view value;  // without the white space around it
  HeaderName id = HeaderName::kOther;
};

// Where a field is, counted from the beginning of the message.
struct FieldPlace {
  uint32_t name;
  uint32_t value;
  uint32_t value_end;
  uint16_t name_size;
  HeaderName id;
};

class HeaderFields {
 public:
  HeaderFields() = default;
  // `names` are those that occur, so that most questions are answered at once.
  HeaderFields(const char* message, const FieldPlace* places, size_t size, HeaderNameSet names)
      : message_(message), places_(places), names_(names), size_(static_cast<uint32_t>(size)) {}

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Field;
    using difference_type = ptrdiff_t;
    using pointer = const Field*;
    using reference = Field;

    Iterator(const char* message, const FieldPlace* place) : message_(message), place_(place) {}
    Field operator*() const {
      return {std::string_view(message_ + place_->name, place_->name_size),
              Value(message_, *place_), place_->id};
    }
    Iterator& operator++() {
      ++place_;
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.place_ == b.place_; }
    friend bool operator!=(const Iterator& a, const Iterator& b) { return a.place_ != b.place_; }

   private:
    const char* message_;
    const FieldPlace* place_;
  };

  Iterator begin() const { return {message_, places_}; }
  Iterator end() const { return {message_, places_ + size_}; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Field operator[](size_t index) const { return *Iterator(message_, places_ + index); }

  // `name` is not kOther.
  bool Has(HeaderName name) const { return (names_ & Bit(name)) != 0; }

  // The value of the first field of that name; nothing where there is none. A name that has no
  // number is looked for by comparing.
  std::optional<std::string_view> Find(HeaderName name) const {
    if (!Has(name)) return std::nullopt;
    const FieldPlace* place = places_;
    while (place->id != name) ++place;
    return Value(message_, *place);
  }
  std::optional<std::string_view> Find(std::string_view name) const {
    for (const Field field : *this) {
      if (absl::EqualsIgnoreCase(field.name, name)) return field.value;
    }
    return std::nullopt;
  }

  // The value of the only field of that name; nothing where there is none, or more: of several, two
  // recipients may take two.
  std::optional<std::string_view> FindSingle(HeaderName name) const {
    return Count(name) == 1 ? Find(name) : std::nullopt;
  }

  size_t Count(HeaderName name) const {
    if (!Has(name)) return 0;
    return static_cast<size_t>(std::count_if(
        places_, places_ + size_, [name](const FieldPlace& place) { return place.id == name; }));
  }

  // Where `text`, which is part of a field, begins in the message.
  size_t Offset(std::string_view text) const { return static_cast<size_t>(text.data() - message_); }

 private:
  static std::string_view Value(const char* message, const FieldPlace& place) {
    return std::string_view(message + place.value, place.value_end - place.value);
  }

  const char* message_ = nullptr;
  const FieldPlace* places_ = nullptr;
  HeaderNameSet names_ = 0;
  uint32_t size_ = 0;
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_HEADER_FIELDS_H_
