#include "forklift/http/request_parser.h"

#include <string_view>

#include "forklift/http/instruction_set.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"

namespace forklift::http {

RequestParser::RequestParser(const Limits& limits, InstructionSet instructions)
    : max_size_(ClampLimits(limits).head),
      line_(limits, instructions),
      fields_(limits, instructions) {}

ParseState RequestParser::Parse(std::string_view message) {
  if (!in_fields_) {
    const ParseState state = line_.Parse(message);
    if (state != ParseState::kComplete) return state;
    fields_.Begin(line_.end(), line_.begin() + max_size_);
    in_fields_ = true;
  }
  message_ = message.data();
  return fields_.Parse(message);
}

}  // namespace forklift::http
