// StartProgram puts a process in order before it does anything else: what it inherited from whoever
// started it must not decide how it behaves.
//
// For the first line of a main, before threads and before anything opens a descriptor.
#ifndef FORKLIFT_APPS_PROGRAM_H_
#define FORKLIFT_APPS_PROGRAM_H_

namespace forklift::apps {

// Opens /dev/null in place of standard descriptors that are closed, or the first socket would
// become one, and log lines would go to a client. Ignores SIGPIPE and SIGXFSZ: a reader of the log
// that goes away, or a log that is as large as it may be (RLIMIT_FSIZE), must not take the server
// along. Sends the log, from INFO up, to standard error. Raises the soft limit on descriptors,
// which is low for the sake of programs that use select(2), to the hard one.
void StartProgram();

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_PROGRAM_H_
