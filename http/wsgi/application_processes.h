// What the processes that an application starts get from the server, and what they must not do in
// its name.
//
// A worker ignores the signals that are its parent's to handle, and programs would inherit that: no
// terminate() would end them. And a process that the application forks (os.fork) has a copy of the
// connection: where it came back from the application, its request would be answered twice.
//
// For one thread at a time, which holds the GIL.
#ifndef FORKLIFT_HTTP_WSGI_APPLICATION_PROCESSES_H_
#define FORKLIFT_HTTP_WSGI_APPLICATION_PROCESSES_H_

namespace forklift::http::wsgi {

// Has signals that this process ignores caught, and nothing done: it survives them as before, and
// programs that it starts have them at their default. SIGPIPE and SIGXFSZ stay as Python itself has
// them.
void CatchIgnoredSignals();

// Sees from now on which forks are the application's: they get the signals above at their
// default, too. False with a Python exception where that cannot be.
[[nodiscard]] bool WatchForks();

// Around a fork of the server's own, in the process that forks and in the child.
void BeginServersFork();
void EndServersFork();

// Ends this process where the application has forked it, and has not ended it: with code 0, what
// SystemExit says, or 1 and a traceback where another exception is set. Else does nothing.
void EndIfForkedByApplication();

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_APPLICATION_PROCESSES_H_
