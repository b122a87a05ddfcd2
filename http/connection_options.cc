#include "forklift/http/connection_options.h"

#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/whitespace.h"

namespace forklift::http {

ConnectionOptions ReadConnectionFields(const HeaderFields& fields) {
  ConnectionOptions options;
  for (const Field field : fields) {
    if (field.id != HeaderName::kConnection) continue;
    for (const std::string_view element : absl::StrSplit(field.value, ',')) {
      const std::string_view option = TrimWhitespace(element);
      options.close = options.close || absl::EqualsIgnoreCase(option, "close");
      options.keep_alive = options.keep_alive || absl::EqualsIgnoreCase(option, "keep-alive");
    }
  }
  return options;
}

}  // namespace forklift::http
