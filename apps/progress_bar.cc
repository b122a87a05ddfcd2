#include "forklift/apps/progress_bar.h"

#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"

namespace forklift::apps {
namespace {

class Bar {
 public:
  explicit Bar(const http::load::LoadOptions& options) : options_(options) {}
  Bar(const Bar&) = delete;
  Bar& operator=(const Bar&) = delete;
  ~Bar() {
    absl::FPrintF(stderr, "\r\033[K");
    ::fflush(stderr);
  }

  void Show(const http::load::LoadProgress& progress) {
    const double all = options_.duration == absl::InfiniteDuration()
                           ? static_cast<double>(progress.answered + progress.failed) /
                                 static_cast<double>(options_.count)
                           : absl::FDivDuration(progress.elapsed, options_.duration);
    constexpr size_t kWidth = 30;
    const auto done = static_cast<size_t>(std::clamp(all, 0.0, 1.0) * kWidth);
    absl::FPrintF(stderr, "\r[%s%s] %d answered, %d failed, %d connections\033[K",
                  std::string(done, '#'), std::string(kWidth - done, '.'), progress.answered,
                  progress.failed, progress.open);
    ::fflush(stderr);
  }

 private:
  const http::load::LoadOptions& options_;
};

}  // namespace

http::load::LoadObserver ProgressBar(const http::load::LoadOptions& options) {
  if (::isatty(STDERR_FILENO) == 0) return nullptr;
  return [bar = std::make_unique<Bar>(options)](const http::load::LoadProgress& progress) {
    bar->Show(progress);
  };
}

}  // namespace forklift::apps
