#include "forklift/signals/disposition.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/log/check.h"
#include "forklift/net/eintr.h"
#include "forklift/signals/signal_name.h"
#include "forklift/signals/signal_set.h"

namespace forklift::signals {
namespace {

struct sigaction ActionFor(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  ::sigemptyset(&action.sa_mask);
  return action;
}

static_assert(kSignalLimit <= 65, "/proc tells of 64 signals as the bits of a number");

// Signals as /proc/self/status shows them: bit n-1 for signal n.
struct Reported {
  std::optional<uint64_t> ignored;
  std::optional<uint64_t> caught;
};

// Of a line as "SigCgt:\t0000000180004202".
void TakeLine(std::string_view line, Reported& reported) {
  for (const auto& [name, signals] :
       {std::pair("SigIgn:\t", &reported.ignored), std::pair("SigCgt:\t", &reported.caught)}) {
    uint64_t bits = 0;
    if (!line.starts_with(name)) continue;
    const std::string_view digits = line.substr(std::string_view(name).size());
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), bits, 16);
    if (error == std::errc() && end == digits.end()) *signals = bits;
  }
}

// By few bytes at a time: a larger buffer would be on a page of the stack that nothing else needs,
// and to write to a page after a fork copies it, which takes longer than to read the file.
Reported ReadStatus() {
  Reported reported;
  const int file = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  if (file < 0) return reported;
  char line[32];  // a longer one is none of ours
  size_t length = 0;
  char chunk[512];
  while (!reported.caught) {
    const ssize_t count = net::RetryOnEintr([&] { return ::read(file, chunk, sizeof(chunk)); });
    if (count <= 0) break;
    for (char next : std::string_view(chunk, static_cast<size_t>(count))) {
      if (next == '\n') {
        TakeLine(std::string_view(line, length), reported);
        length = 0;
      } else if (length < sizeof(line)) {
        line[length++] = next;
      }
    }
  }
  ::close(file);
  return reported;
}

}  // namespace

ScopedDisposition::ScopedDisposition(int signal, const struct sigaction& action) : signal_(signal) {
  PCHECK(::sigaction(signal, &action, &previous_) == 0) << "sigaction " << SignalName(signal);
}

ScopedDisposition ScopedDisposition::Ignore(int signal) {
  return ScopedDisposition(signal, ActionFor(SIG_IGN));
}

ScopedDisposition ScopedDisposition::Default(int signal) {
  return ScopedDisposition(signal, ActionFor(SIG_DFL));
}

void ScopedDisposition::Restore() {
  if (signal_ != 0) ::sigaction(signal_, &previous_, nullptr);
}

SignalSet DispositionsToReset(const SignalSet& ignored) {
  const int saved_errno = errno;
  const Reported now = ReadStatus();
  SignalSet to_reset = SignalSet::All();  // without the C library's own
  if (now.ignored && now.caught) {
    for (int signal : SignalSet::All()) {
      const uint64_t bit = uint64_t{1} << (signal - 1);
      const bool as_wanted =
          (*now.caught & bit) == 0 && ((*now.ignored & bit) != 0) == ignored.Contains(signal);
      if (as_wanted) to_reset.Remove(signal);
    }
    // The default with SA_NOCLDWAIT is in neither, but would reap a child's children.
    struct sigaction child_ended = {};
    ::sigaction(SIGCHLD, nullptr, &child_ended);
    if ((child_ended.sa_flags & SA_NOCLDWAIT) != 0) to_reset.Add(SIGCHLD);
  }
  // Mostly it is as it was, and to write would copy its page (see ReadStatus).
  if (errno != saved_errno) errno = saved_errno;
  return to_reset;
}

void ResetDispositions(const SignalSet& ignored, const SignalSet& among) {
  const struct sigaction by_default = ActionFor(SIG_DFL);
  const struct sigaction ignore = ActionFor(SIG_IGN);
  for (int signal : among) {
    // Fails for SIGKILL and SIGSTOP, which have no other than the default anyway.
    ::sigaction(signal, ignored.Contains(signal) ? &ignore : &by_default, nullptr);
  }
}

}  // namespace forklift::signals
