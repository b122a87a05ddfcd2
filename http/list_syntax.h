// What stands between the elements of a field's list (RFC 9110 section 5.6.1).
#ifndef FORKLIFT_HTTP_LIST_SYNTAX_H_
#define FORKLIFT_HTTP_LIST_SYNTAX_H_

#include <algorithm>
#include <string_view>

namespace forklift::http {

// Takes white space and commas off the front: elements may be empty, and count for nothing.
inline void SkipListSeparators(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t,"), text.size()));
}

// Whether an element of a list, of which `rest` is what follows, ends here.
inline bool AtElementEnd(std::string_view rest) { return rest.empty() || rest[0] == ','; }

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_LIST_SYNTAX_H_
