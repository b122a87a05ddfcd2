// The cases that other projects have collected: files of one JSON object a line, in the folder that
// FORKLIFT_CORPUS names and on the command line. Tests that use it have their main from here.
#ifndef FORKLIFT_TESTS_HTTP_SUPPORT_CORPUS_H_
#define FORKLIFT_TESTS_HTTP_SUPPORT_CORPUS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "forklift/tests/support/json.h"

namespace forklift::http {

// Empty where there is no corpus.
const std::vector<std::string>& CorpusFiles();

// Calls `judge` with each case. Fails the test where a file cannot be read.
void ForEachCase(absl::FunctionRef<void(const tests::Json&)> judge);

// The text of a member of a case; empty where it has none.
std::string_view Text(const tests::Json& json, std::string_view key);

// The project that a case is from.
std::string_view Source(std::string_view id);

// The bytes of a case.
std::string Bytes(const tests::Json& json);

// Whether the connection ends behind them.
bool Ends(const tests::Json& json);

// The source's verdict: "accept", "reject", "incomplete"; empty where it has none, or is more
// tolerant than by default.
std::string_view Expected(const tests::Json& json);

}  // namespace forklift::http

#endif  // FORKLIFT_TESTS_HTTP_SUPPORT_CORPUS_H_
