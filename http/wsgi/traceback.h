// TakeTraceback makes of a Python exception the text that Python would print, safe for a log.
//
// For a thread that holds the GIL.
#ifndef FORKLIFT_HTTP_WSGI_TRACEBACK_H_
#define FORKLIFT_HTTP_WSGI_TRACEBACK_H_

#include <string>

namespace forklift::http::wsgi {

// The exception that is set, which is no longer then, with its causes: lines, each behind two
// spaces, so that none can pass for one of the log's own; control characters are escaped. Of a very
// long text the end, which says what went wrong. Empty where no exception is set.
std::string TakeTraceback();

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_TRACEBACK_H_
