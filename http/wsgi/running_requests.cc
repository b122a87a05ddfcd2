#include "forklift/http/wsgi/running_requests.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/server/handler.h"
#include "forklift/signals/safe_message.h"

namespace forklift::http::wsgi {
namespace {

constexpr size_t kPlaces = 4096;  // as many threads as a worker may have
constexpr size_t kTextSize = 240;

struct Place {
  std::atomic<bool> taken = false;
  std::atomic<bool> filled = false;
  int64_t since = 0;  // seconds of CLOCK_MONOTONIC
  uint32_t size = 0;
  char text[kTextSize];
};

std::array<Place, kPlaces> places;

int64_t Now() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // cannot fail
  return now.tv_sec;
}

size_t TakePlace() {
  size_t place = 0;
  while (place < kPlaces && places[place].taken.exchange(true, std::memory_order_acquire)) ++place;
  return place;
}

}  // namespace

RunningRequest::RunningRequest(const server::Request& request) : place_(TakePlace()) {
  if (place_ == kPlaces) return;
  Place& place = places[place_];
  const std::string_view target = request.message.head.target.substr(0, kTextSize);
  const std::string text =
      absl::StrCat(request.message.head.method.substr(0, 32), " ", absl::CHexEscape(target));
  place.since = Now();
  place.size = static_cast<uint32_t>(std::min(text.size(), kTextSize));
  ::memcpy(place.text, text.data(), place.size);
  place.filled.store(true, std::memory_order_release);
}

RunningRequest::~RunningRequest() {
  if (place_ == kPlaces) return;
  places[place_].filled.store(false, std::memory_order_release);
  places[place_].taken.store(false, std::memory_order_release);
}

void PrintRunningRequests(int fd) {
  const int64_t now = Now();
  for (const Place& place : places) {
    if (!place.filled.load(std::memory_order_acquire)) continue;
    signals::SafeMessage message;
    message << "process " << ::getpid() << " has been at this request for " << (now - place.since)
            << " s: " << std::string_view(place.text, place.size) << '\n';
    message.WriteTo(fd);
  }
}

}  // namespace forklift::http::wsgi
