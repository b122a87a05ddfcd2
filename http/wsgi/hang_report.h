// ReportHangs has a process that gets SIGALRM say on standard error what it is at: the requests
// that run, and the Python stack of each thread.
//
// Works where the GIL is held by what hangs, too: nothing of it runs Python code. For a thread that
// holds the GIL; to be called again in a forked child, whose dispositions are its own.
#ifndef FORKLIFT_HTTP_WSGI_HANG_REPORT_H_
#define FORKLIFT_HTTP_WSGI_HANG_REPORT_H_

namespace forklift::http::wsgi {

enum class AfterReport { kGoOn, kDie };

// Also has Python's stacks printed where the process crashes (SIGSEGV, SIGABRT, ...). False with a
// Python exception where that cannot be.
[[nodiscard]] bool ReportHangs(AfterReport after);

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_HANG_REPORT_H_
