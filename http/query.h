// QueryParser takes a query, or a body of the type application/x-www-form-urlencoded, apart into
// names and values.
//
// As browsers write it and frameworks read it (WHATWG URL Standard, section 5): "&" separates, the
// first "=" ends the name, "+" is a space, and a percent sign that is no encoding stands for
// itself. So nothing is ever an error. Pure: views into the caller's bytes; only what is decoded
// needs a string, the caller's. Thread-compatible.
//
//   QueryParser parser("q=fork+%26+wait&page=2");
//   while (std::optional<QueryParameter> parameter = parser.Next()) {
//     value.clear();
//     AppendFormDecoded(parameter->value, value);
//   }
#ifndef FORKLIFT_HTTP_QUERY_H_
#define FORKLIFT_HTTP_QUERY_H_

#include <optional>
#include <string>
#include <string_view>

namespace forklift::http {

// Still encoded.
struct QueryParameter {
  std::string_view name;
  std::string_view value;  // empty also where there was no "="
};

class QueryParser {
 public:
  // `query` is without its question mark, and must outlive what Next gives.
  explicit QueryParser(std::string_view query) : rest_(query) {}

  // In the order of the query, names that come again too; nothing after the last. All calls
  // together take time in proportion to the query's length.
  std::optional<QueryParameter> Next();

 private:
  std::string_view rest_;
};

// Decodes a name or value to the end of `out`. It may have any byte then, NUL too.
void AppendFormDecoded(std::string_view encoded, std::string& out);

// Replaces `value` by the decoded value of the first parameter whose decoded name is `name`;
// without one, returns false and leaves `value` empty.
bool FindQueryParameter(std::string_view query, std::string_view name, std::string& value);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_QUERY_H_
