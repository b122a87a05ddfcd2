// AttackTextReport and AttackJsonReport tell the result of an attack, to a person and to a program.
//
// Pure; they allocate; thread-safe.
#ifndef FORKLIFT_HTTP_LOAD_ATTACK_REPORT_H_
#define FORKLIFT_HTTP_LOAD_ATTACK_REPORT_H_

#include <string>
#include <string_view>

#include "forklift/http/load/attack_options.h"
#include "forklift/http/load/attack_result.h"

namespace forklift::http::load {

// In lines of at most 100 characters, without colour.
std::string AttackTextReport(const AttackOptions& options, const AttackResult& result);

// One object of JSON (RFC 8259), which has its own "schema_version", raised as that of JsonReport.
// Durations are in seconds. `target` is the URL.
std::string AttackJsonReport(std::string_view target, const AttackOptions& options,
                             const AttackResult& result);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_ATTACK_REPORT_H_
