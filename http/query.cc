#include "forklift/http/query.h"

#include <stddef.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "forklift/http/percent_encoding.h"

namespace forklift::http {

std::optional<QueryParameter> QueryParser::Next() {
  while (!rest_.empty()) {
    const std::string_view pair = rest_.substr(0, rest_.find('&'));
    rest_.remove_prefix(std::min(pair.size() + 1, rest_.size()));
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    if (equals == pair.npos) return QueryParameter{pair, {}};
    return QueryParameter{pair.substr(0, equals), pair.substr(equals + 1)};
  }
  return std::nullopt;
}

void AppendFormDecoded(std::string_view encoded, std::string& out) {
  for (size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] == '+') {
      out.push_back(' ');
    } else if (const std::optional<unsigned char> byte = DecodePercentTriplet(encoded, i)) {
      out.push_back(static_cast<char>(*byte));
      i += 2;
    } else {
      out.push_back(encoded[i]);
    }
  }
}

bool FindQueryParameter(std::string_view query, std::string_view name, std::string& value) {
  QueryParser parser(query);
  while (const std::optional<QueryParameter> parameter = parser.Next()) {
    value.clear();
    AppendFormDecoded(parameter->name, value);
    if (value != name) continue;
    value.clear();
    AppendFormDecoded(parameter->value, value);
    return true;
  }
  value.clear();
  return false;
}

}  // namespace forklift::http
