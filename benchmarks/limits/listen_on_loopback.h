// ListenOnLoopback is what the limit programs begin with.
#ifndef FORKLIFT_BENCHMARKS_LIMITS_LISTEN_ON_LOOPBACK_H_
#define FORKLIFT_BENCHMARKS_LIMITS_LISTEN_ON_LOOPBACK_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

namespace forklift::benchmarks {

// Of `type`, with flags, as socket(2) takes it. Ends the program where that cannot be.
inline int ListenOnLoopback(const char* port, int type) {
  const int listener = ::socket(AF_INET, type, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(::atoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 4096) != 0) {
    ::perror(port);
    ::exit(1);
  }
  return listener;
}

}  // namespace forklift::benchmarks

#endif  // FORKLIFT_BENCHMARKS_LIMITS_LISTEN_ON_LOOPBACK_H_
