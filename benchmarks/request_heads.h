// The heads that the parsers of requests are measured with.
#ifndef FORKLIFT_BENCHMARKS_REQUEST_HEADS_H_
#define FORKLIFT_BENCHMARKS_REQUEST_HEADS_H_

#include <stddef.h>

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace forklift::benchmarks {

// A browser's. Line by line as long as the one that picohttpparser's bench.c has: the usual measure
// of such parsers, with other words.
inline constexpr std::string_view kBrowserHead =
    "GET /archive/2026/11/images/forklift-in-the-warehouse-by-day.jpg HTTP/1.1\r\n"
    "Host: photo.example.org\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0 "
    "ArchiveReader/4.2 (offline copies; linux)\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.8,*/*;q=0.7\r\n"
    "Accept-Language: de,en-gb;q=0.8,en;q=0.5\r\n"
    "Accept-Encoding: gzip,deflate\r\n"
    "Accept-Charset: iso-8859-1,utf-8;q=0.7,*;q=.5\r\n"
    "Keep-Alive: 300\r\n"
    "Connection: keep-alive\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=sunrise; "
    "consent=necessary,statistics; basket=4006381333931x2,9783161484100x1; last_visit=1795613327; "
    "referrer=(none)|campaign=(none)|medium=(none)|keyword=forklift+warehouse; lang=en\r\n"
    "\r\n";
static_assert(kBrowserHead.size() == 703);

inline constexpr std::string_view kCurlHead =
    "GET / HTTP/1.1\r\n"
    "Host: localhost:8080\r\n"
    "User-Agent: curl/7.88.1\r\n"
    "Accept: */*\r\n"
    "\r\n";
static_assert(kCurlHead.size() == 78);

// Of `size` bytes and 100 fields, as many as the default limits allow.
inline std::string LargeHead(size_t size) {
  constexpr size_t kFields = 100;
  std::string head = "GET / HTTP/1.1\r\n";
  for (size_t i = 0; i < kFields; ++i) {
    const std::string name = absl::StrCat("X-Field-", i, ": ");
    const size_t end = 16 + (size - 18) * (i + 1) / kFields;  // of its line
    absl::StrAppend(&head, name, std::string(end - head.size() - name.size() - 2, 'v'), "\r\n");
  }
  return head + "\r\n";
}

}  // namespace forklift::benchmarks

#endif  // FORKLIFT_BENCHMARKS_REQUEST_HEADS_H_
