// WriteWholeFile replaces a file by another, or leaves it as it is: nobody sees half of one.
//
// Blocks on the disk. Safe across fork and from any thread.
#ifndef FORKLIFT_APPS_WHOLE_FILE_H_
#define FORKLIFT_APPS_WHOLE_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace forklift::apps {

// Whether WriteWholeFile would be let, by making a file beside `path` that is gone again at once.
// Errors name the path, and are kFailedPrecondition; one is that `path` is there and is no file.
absl::Status CheckWholeFile(const std::string& path);

// Writes `text` beside `path`, and puts it in its place once it is on the disk. Errors as above,
// and then nothing is left beside it.
absl::Status WriteWholeFile(const std::string& path, std::string_view text);

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_WHOLE_FILE_H_
