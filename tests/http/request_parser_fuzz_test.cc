// Whatever bytes arrive, and however they are cut up: every way of reading a request gives the
// same, and what is accepted can be written and read again (see support/every_way.h).
#include <stddef.h>
#include <stdint.h>

#include <string_view>

#include "forklift/http/request_parser.h"
#include "forklift/tests/http/support/every_way.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using forklift::http::EveryWay;
  using forklift::http::RequestParser;
  static auto* const usual = new EveryWay<RequestParser>;
  static auto* const strict = new EveryWay<RequestParser>({.start_line = 40,
                                                           .field_line = 50,
                                                           .fields = 4,
                                                           .head = 200,
                                                           .empty_lines = 1,
                                                           .bare_lf = false});
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  usual->ParseQuickly(input);
  strict->ParseQuickly(input);
  return 0;
}
