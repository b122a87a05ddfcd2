// HtmlPage is the frame of a report: one file that refers to no other, and needs no script.
//
// Pure; allocates; thread-safe. What it writes is XML too.
#ifndef FORKLIFT_HTTP_LOAD_HTML_PAGE_H_
#define FORKLIFT_HTTP_LOAD_HTML_PAGE_H_

#include <string>
#include <string_view>

namespace forklift::http::load {

// Text for between tags and for attributes in double quotes.
std::string HtmlEscape(std::string_view text);

// `title` is text, `body` is HTML. Follows the reader's light or dark scheme, and is as wide as a
// phone, a screen or a sheet of paper.
std::string HtmlPage(std::string_view title, std::string_view body);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_HTML_PAGE_H_
