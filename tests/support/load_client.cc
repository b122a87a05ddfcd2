#include "forklift/tests/support/load_client.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "forklift/net/address.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"

namespace forklift::tests {

LoadClient::LoadClient(const net::Address& address, const LoadOptions& options)
    : address_(address), options_(options) {
  for (size_t i = 0; i < options.threads_of_a_kind; ++i) {
    threads_.emplace_back([this] { UseOneConnectionARequest(); });
    threads_.emplace_back([this] { UseConnectionsOn(); });
  }
}

net::UniqueFd LoadClient::Open() {
  net::UniqueFd socket = TryConnect(address_);
  if (socket.valid()) return socket;
  if (errno == ECONNREFUSED && options_.may_be_refused) {
    ::poll(nullptr, 0, 1);  // the processor is the server's, to start
  } else {
    Fail(absl::StrCat("connect: ", ::strerror(errno)));
  }
  return socket;
}

void LoadClient::UseOneConnectionARequest() {
  while (!stopping_) {
    const net::UniqueFd socket = Open();
    if (!socket.valid()) continue;
    Send(socket, kRequest);
    const std::string answer = ReceiveAll(socket);
    if (absl::EndsWith(answer, kGreeting)) {
      ++answers_once_;
    } else {
      Fail(absl::StrCat("on its only request: '", answer, "'"));
    }
  }
}

void LoadClient::UseConnectionsOn() {
  net::UniqueFd socket;
  int answers = 0;  // of this connection
  while (!stopping_) {
    if (!socket.valid()) {
      answers = 0;
      socket = Open();
      if (!socket.valid()) continue;
    }
    Send(socket, kKeepAliveRequest);
    const std::string answer = ReceiveUntil(socket, kGreeting);
    if (absl::EndsWith(answer, kGreeting)) {
      ++answers;
      ++answers_kept_;
      if (!absl::StrContains(answer, "Connection: close")) continue;
    } else if (answers > 0 && answer.empty()) {
      ++sent_again_;
    } else {
      Fail(absl::StrCat("on request ", answers + 1, " of its connection: '", answer, "'"));
    }
    socket.reset();
  }
}

void LoadClient::Fail(std::string what) {
  const absl::MutexLock lock(&mutex_);
  failures_.push_back(std::move(what));
}

bool LoadClient::HasAnswers(size_t count) const {
  const size_t once = answers_once_ + count;
  const size_t kept = answers_kept_ + count;
  return Eventually([&] { return answers_once_ >= once && answers_kept_ >= kept; });
}

std::vector<std::string> LoadClient::Failures() const {
  const absl::MutexLock lock(&mutex_);
  return failures_;
}

void LoadClient::Stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace forklift::tests
