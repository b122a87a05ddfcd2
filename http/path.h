// AppendNormalizedPath turns the path of a request into the one path that a server looks up.
//
// Each segment is decoded once and by itself, so that an encoded dot segment is one and an encoded
// slash can never become a separator; then empty segments and dot segments go. What comes out is
// safe to append to a root, except for symbolic links, which only the file system sees. Pure: the
// caller's string grows as needed and nothing else is allocated. Thread-safe.
//
//   std::string path;
//   const std::optional<ParseError> error = AppendNormalizedPath("/a/%2e%2e//b%20c/", path);
//   if (!error) Open(path);  // "/b c/"
#ifndef FORKLIFT_HTTP_PATH_H_
#define FORKLIFT_HTTP_PATH_H_

#include <optional>
#include <string>
#include <string_view>

#include "forklift/http/parse_error.h"

namespace forklift::http {

// `path` is a target's, without its query. Appends "/", or segments with a slash before each and
// perhaps one at the end, where the path ended with a slash or a dot segment: a folder is meant. No
// segment is empty, "." or "..", or has a slash or NUL; any other byte may be there, and a "%" is
// one of the name's own, never to be decoded again. Segments are removed as in RFC 3986 section
// 5.2.4, and then those that are empty.
//
// Or says what is wrong, with status 400; what is in `out` is then of no use. Wrong are a path that
// does not begin with a slash, one that climbs above its root (which RFC 3986 would let pass for
// the root, and no honest client sends), one that climbs behind an empty segment (the empty one is
// what RFC 3986 removes then, others remove the one before it), an encoded slash, a NUL as it is or
// encoded, and a percent sign without two hexadecimal digits.
std::optional<ParseError> AppendNormalizedPath(std::string_view path, std::string& out);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_PATH_H_
