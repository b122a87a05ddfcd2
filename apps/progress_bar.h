// ProgressBar shows on a terminal how a load run goes, in one line that is gone at its end.
//
// Writes to standard error. One object, one thread.
#ifndef FORKLIFT_APPS_PROGRESS_BAR_H_
#define FORKLIFT_APPS_PROGRESS_BAR_H_

#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"

namespace forklift::apps {

// What is to be told how a run of `options` goes, which must outlive it; null where standard error
// is no terminal. Its end clears the line, so that what is printed next begins one.
http::load::LoadObserver ProgressBar(const http::load::LoadOptions& options);

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_PROGRESS_BAR_H_
