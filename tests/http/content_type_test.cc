#include "forklift/http/content_type.h"

#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(ContentTypeTest, ByExtension) {
  struct Case {
    std::string_view path;
    std::string_view type;
  };
  for (const Case& c : {
           Case{"/index.html", "text/html; charset=utf-8"},
           Case{"index.htm", "text/html; charset=utf-8"},
           Case{"/a/INDEX.HTML", "text/html; charset=utf-8"},
           Case{"/a.css", "text/css; charset=utf-8"},
           Case{"/a.js", "text/javascript; charset=utf-8"},
           Case{"/a.mjs", "text/javascript; charset=utf-8"},
           Case{"/a.min.js", "text/javascript; charset=utf-8"},
           Case{"/a.js.map", "application/json"},
           Case{"/a.txt", "text/plain; charset=utf-8"},
           Case{"/a.md", "text/markdown; charset=utf-8"},
           Case{"/a.json", "application/json"},
           Case{"/a.xml", "application/xml"},
           Case{"/a.svg", "image/svg+xml"},
           Case{"/a.png", "image/png"},
           Case{"/a.JpEg", "image/jpeg"},
           Case{"/favicon.ico", "image/vnd.microsoft.icon"},
           Case{"/a.woff2", "font/woff2"},
           Case{"/a.wasm", "application/wasm"},
           Case{"/a.pdf", "application/pdf"},
           Case{"/a.mp4", "video/mp4"},
           Case{"/a.tar.gz", "application/gzip"},
           Case{"/a.7z", "application/x-7z-compressed"},         // the table's first
           Case{"/a.zst", "application/zstd"},                   // and last
           Case{"/a.webmanifest", "application/manifest+json"},  // and longest
       }) {
    EXPECT_EQ(ContentTypeOf(c.path), c.type) << c.path;
  }
}

TEST(ContentTypeTest, AnythingElseIsBytes) {
  for (std::string_view path : {"", "/", ".", "..", "/a", "/a.", "/a.unknown", "/.html", "html",
                                "/a.html/", "/a.html/b", "/a.html.", "/a.htmlx", "/a.htm l",
                                "/a.html\n", "/a.h\xc3\xa9", "/a.webmanifests", "/a.!", "/a.~~~"}) {
    EXPECT_EQ(ContentTypeOf(path), "application/octet-stream") << path;
  }
  EXPECT_EQ(ContentTypeOf(std::string_view("/a.html\0", 8)), "application/octet-stream");
  EXPECT_EQ(ContentTypeOf("/a." + std::string(1 << 20, 'x')), "application/octet-stream");
}

}  // namespace
}  // namespace forklift::http
