// A client of raw sockets for tests: it sends exactly the bytes that it is told to.
#ifndef FORKLIFT_TESTS_SUPPORT_TEST_CLIENT_H_
#define FORKLIFT_TESTS_SUPPORT_TEST_CLIENT_H_

#include <stdint.h>

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/eventually.h"

namespace forklift::tests {

// A connected socket; invalid where the connection is refused.
net::UniqueFd TryConnect(const net::Address& address);

// The same, but dies where it is refused.
net::UniqueFd Connect(const net::Address& address);

// Whether the kernel answers a new client: on the loopback, where that takes no time.
bool AnswersNewClients(const net::Address& address);

// A client that takes itself for connected, while the server waits for the handshake's last step.
// Linux holds that back until there is something to send, 200 ms at most. TCP only; dies as
// Connect.
net::UniqueFd BeginHandshake(const net::Address& address);

// Sends all of `bytes`; false where the peer has closed.
bool Send(const net::UniqueFd& socket, std::string_view bytes);

// Sends the end (FIN), and can still receive.
void CloseSending(const net::UniqueFd& socket);

// All that the peer sends, up to its end, a reset, or the time. Appends "<reset>" or "<timeout>" in
// those two cases.
std::string ReceiveAll(const net::UniqueFd& socket, absl::Duration timeout = kPatience);

// What the peer sends up to `end`, for an answer on a connection that stays open; all that comes,
// as ReceiveAll, where that does not.
std::string ReceiveUntil(const net::UniqueFd& socket, std::string_view end,
                         absl::Duration timeout = kPatience);

// Whether the peer has sent something or closed, which nobody has received yet.
bool IsReadable(const net::UniqueFd& socket);

// Connects, sends and receives all.
std::string Exchange(const net::Address& address, std::string_view request);

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_TEST_CLIENT_H_
