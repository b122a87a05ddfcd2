// Whatever bytes arrive, and however they are cut up: every way of reading field lines gives the
// same, and what is accepted can be written and read again (see support/every_way.h).
#include <stddef.h>
#include <stdint.h>

#include <string_view>

#include "forklift/tests/http/support/every_way.h"
#include "forklift/tests/http/support/verdict.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using forklift::http::EveryWay;
  using forklift::http::FieldSection;
  static auto* const usual = new EveryWay<FieldSection>;
  static auto* const strict =
      new EveryWay<FieldSection>({.field_line = 50, .fields = 4, .head = 200, .bare_lf = false});
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  usual->ParseQuickly(input);
  strict->ParseQuickly(input);
  return 0;
}
