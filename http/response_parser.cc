#include "forklift/http/response_parser.h"

#include <string_view>

#include "forklift/http/instruction_set.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"

namespace forklift::http {

ResponseParser::ResponseParser(const Limits& limits, InstructionSet instructions)
    : max_size_(ClampLimits(limits).head), line_(limits), fields_(limits, instructions) {}

ParseState ResponseParser::Parse(std::string_view message) {
  if (!in_fields_) {
    const ParseState state = line_.Parse(message);
    if (state != ParseState::kComplete) return state;
    fields_.Begin(line_.end(), max_size_);
    in_fields_ = true;
  }
  message_ = message.data();
  return fields_.Parse(message);
}

void ResponseParser::Reset() {
  line_.Reset();
  in_fields_ = false;
}

}  // namespace forklift::http
