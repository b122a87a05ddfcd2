// StartInterpreter makes this process one that runs Python.
//
// Blocks as long as Python reads its standard library. Once a process, in its main thread, which
// then has all that the GIL protects (gil.h). Python installs no signal handlers and reads no
// arguments here: both are the server's.
#ifndef FORKLIFT_HTTP_WSGI_INTERPRETER_H_
#define FORKLIFT_HTTP_WSGI_INTERPRETER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace forklift::http::wsgi {

struct InterpreterOptions {
  std::string folder;                    // to work in, and to look for modules first
  std::string venv;                      // folder of a virtual environment; empty: none
  std::vector<std::string> python_path;  // folders to look for modules then, before all others
};

// kInvalidArgument where `venv` is no virtual environment, or one of another Python.
absl::Status Check(const InterpreterOptions& options);

// The folders are absolute. The error of Check, or kInternal where Python does not start. Returns
// with the GIL held.
absl::Status StartInterpreter(const InterpreterOptions& options);

// Makes `folder` the one that this process works in. The error of chdir.
absl::Status EnterFolder(const std::string& folder);

// Ends Python: waits for its threads, runs what atexit has, and flushes its files. With the GIL
// held, and no use of Python after it.
void StopInterpreter();

// Writes out what Python's print has left in memory. With the GIL held.
void FlushOutput();

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_INTERPRETER_H_
