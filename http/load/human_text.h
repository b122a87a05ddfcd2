// Numbers as a person reads them in a report.
//
// Pure; thread-safe.
#ifndef FORKLIFT_HTTP_LOAD_HUMAN_TEXT_H_
#define FORKLIFT_HTTP_LOAD_HUMAN_TEXT_H_

#include <stdint.h>

#include <string>

#include "absl/time/time.h"

namespace forklift::http::load {

// Three to four digits: "12.34 ms".
std::string HumanDuration(absl::Duration duration);

// 1234567 as "1,234,567".
std::string HumanCount(uint64_t count);

// "12.34 KiB", not less than 0.
std::string HumanBytes(double bytes);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_HUMAN_TEXT_H_
