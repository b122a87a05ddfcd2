// ReadUsualLines takes field lines as fast as it can, as long as they are what nearly all are.
//
// Usual is: a name of letters, digits and hyphens, fewer than 32; a colon and one space; a value of
// printable ASCII; CRLF. At any other line it stops, and leaves it to FieldSectionParser.
#ifndef FORKLIFT_HTTP_USUAL_LINES_H_
#define FORKLIFT_HTTP_USUAL_LINES_H_

#include <stddef.h>
#include <stdint.h>

#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/instruction_set.h"

namespace forklift::http {

// What has been read of a field section.
struct FieldLines {
  size_t line = 0;     // where the line begins that is being read
  size_t scanned = 0;  // nothing before it ends that line
  HeaderNameSet names = 0;
  uint32_t count = 0;  // fields
};

// Goes on from `lines`, and puts the fields behind the `lines.count` that are in `places`, as long
// as there is room. Looks at `message` only, and takes no line of more than `max_line` bytes. True
// when it has taken the empty line that ends the section.
using ReadUsualLinesFunction = bool(std::string_view message, size_t max_line,
                                    absl::Span<FieldPlace> places, FieldLines& lines);

// `instructions` must be available.
ReadUsualLinesFunction* ReadUsualLines(InstructionSet instructions);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_USUAL_LINES_H_
