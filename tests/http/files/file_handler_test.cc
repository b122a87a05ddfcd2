#include "forklift/http/files/file_handler.h"

#include <limits.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/status_code.h"
#include "forklift/net/address.h"
#include "forklift/tests/http/files/parsed_request.h"
#include "forklift/tests/http/files/response_text.h"
#include "forklift/tests/http/files/tree.h"
#include "forklift/tests/support/descriptor_shortage.h"
#include "forklift/tests/support/holdings.h"
#include "gtest/gtest.h"

namespace forklift::http::files {
namespace {

using server::Response;

// In a folder "root" beside a file "secret"; without a cache of files and, for as long as its
// parameter says, with one.
class FileHandlerTest : public testing::TestWithParam<absl::Duration> {
 protected:
  FileHandlerTest() {
    tree_.Write("secret", "secret");
    tree_.Write("root/index.html", "home");
    tree_.Write("root/a.txt", "text");
    tree_.Write("root/b c%41.css", "style");
    tree_.Write("root/folder/index.html", "folder's");
    tree_.Write("root/folder/in.js", "script");
    tree_.MakeFolder("root/empty");
    Open({});
  }

  void Open(FileHandlerOptions options) {
    handler_.reset();
    options.root = tree_.Path("root");
    options.file_cache = GetParam();
    options.clock = [this] { return now_; };
    absl::StatusOr<std::unique_ptr<FileHandler>> handler = FileHandler::Create(std::move(options));
    CHECK_OK(handler);
    handler_ = *std::move(handler);
  }

  Response Answer(std::string_view line, std::string_view fields = "") {
    const tests::ParsedRequest request(line, fields);
    now_ += GetParam();  // the test may have changed files since
    Response response;
    handler_->Handle({*request, net::Address::Ipv4Loopback(1)}, response);
    Response again;  // of what is kept
    handler_->Handle({*request, net::Address::Ipv4Loopback(1)}, again);
    EXPECT_EQ(again.status, response.status) << line;
    EXPECT_EQ(tests::BodyOf(again), tests::BodyOf(response)) << line;
    for (const Field field : response.headers.fields()) {
      EXPECT_EQ(tests::FieldOf(again, field.name), field.value) << line << " " << field.name;
    }
    return response;
  }
  Response Get(std::string_view target, std::string_view fields = "") {
    return Answer(absl::StrCat("GET ", target), fields);
  }

  const tests::Tree tree_;
  absl::Time now_ = absl::Now() + absl::Hours(1);  // so that what the test writes is old
  std::unique_ptr<FileHandler> handler_;
};

INSTANTIATE_TEST_SUITE_P(Caches, FileHandlerTest,
                         testing::Values(absl::ZeroDuration(), absl::Minutes(1)),
                         [](const auto& info) {
                           return info.param == absl::ZeroDuration() ? "Without" : "With";
                         });

TEST_P(FileHandlerTest, ServesFiles) {
  struct Case {
    std::string_view target;
    std::string_view body;
    std::string_view type;
  };
  for (const Case& c : {
           Case{"/", "home", "text/html; charset=utf-8"},
           Case{"/index.html", "home", "text/html; charset=utf-8"},
           Case{"/a.txt", "text", "text/plain; charset=utf-8"},
           Case{"/a.txt?query", "text", "text/plain; charset=utf-8"},
           Case{"/%61.t%78t", "text", "text/plain; charset=utf-8"},
           Case{"/b%20c%2541.css", "style", "text/css; charset=utf-8"},
           Case{"/folder/", "folder's", "text/html; charset=utf-8"},
           Case{"/folder/in.js", "script", "text/javascript; charset=utf-8"},
           Case{"//folder///in.js", "script", "text/javascript; charset=utf-8"},
           Case{"/folder/./in.js", "script", "text/javascript; charset=utf-8"},
           Case{"/folder/../a.txt", "text", "text/plain; charset=utf-8"},
           Case{"/nothing/%2e%2e/a.txt", "text", "text/plain; charset=utf-8"},
           Case{"/folder/..", "home", "text/html; charset=utf-8"},
           Case{"/folder/.", "folder's", "text/html; charset=utf-8"},
           Case{"//", "home", "text/html; charset=utf-8"},
           Case{"http://b/a.txt", "text", "text/plain; charset=utf-8"},
       }) {
    const Response response = Get(c.target);
    EXPECT_EQ(response.status, StatusCode::kOk) << c.target;
    EXPECT_EQ(tests::BodyOf(response), c.body) << c.target;
    EXPECT_EQ(tests::FieldOf(response, "Content-Type"), c.type) << c.target;
  }
}

TEST_P(FileHandlerTest, RefusesWhatIsNotToBeServed) {
  tree_.Link("root/out", "../secret");
  tree_.Link("root/outside", "..");
  tree_.Link("root/absolute", "/etc/passwd");
  tree_.Link("root/loop", "loop");
  tree_.Link("root/dangling", "nothing");
  tree_.MakeFifo("root/fifo");
  tree_.MakeSocket("root/socket");
  tree_.MakeFolder("root/strange/index.html");
  tree_.Write(absl::StrCat("root/", std::string(255, 'n')), "");
  std::string deep;
  for (int i = 0; i < 2'000; ++i) deep += "/d";
  struct Case {
    std::string target;
    StatusCode status;
  };
  for (const Case& c : {
           Case{"/../secret", StatusCode::kBadRequest},
           Case{"/..", StatusCode::kBadRequest},
           Case{"/%2e%2e/secret", StatusCode::kBadRequest},
           Case{"/.%2E/secret", StatusCode::kBadRequest},
           Case{"/folder/%2e%2e/%2e%2e/secret", StatusCode::kBadRequest},
           Case{"/folder%2fin.js", StatusCode::kBadRequest},
           Case{"/..%2fsecret", StatusCode::kBadRequest},
           Case{"/nothing", StatusCode::kNotFound},
           Case{"/folder/nothing", StatusCode::kNotFound},
           Case{"/a.txt/", StatusCode::kNotFound},
           Case{"/a.txt/b", StatusCode::kNotFound},
           Case{"/empty/", StatusCode::kNotFound},
           Case{"/strange/", StatusCode::kNotFound},
           Case{"/loop", StatusCode::kNotFound},
           Case{"/dangling", StatusCode::kNotFound},
           Case{"/%5c..%5csecret", StatusCode::kNotFound},
           Case{"/%252e%252e/secret", StatusCode::kNotFound},
           Case{absl::StrCat("/", std::string(255, 'n')), StatusCode::kOk},
           Case{absl::StrCat("/", std::string(256, 'n')), StatusCode::kNotFound},
           Case{deep, StatusCode::kNotFound},
           Case{absl::StrCat(deep, deep), StatusCode::kUriTooLong},
           Case{absl::StrCat("/", std::string(PATH_MAX - 2, 'n')), StatusCode::kNotFound},
           Case{absl::StrCat("/", std::string(PATH_MAX - 1, 'n')), StatusCode::kUriTooLong},
           Case{"/out", StatusCode::kForbidden},
           Case{"/outside", StatusCode::kForbidden},
           Case{"/outside/secret", StatusCode::kForbidden},
           Case{"/outside/root/a.txt", StatusCode::kForbidden},
           Case{"/absolute", StatusCode::kForbidden},
           Case{"/fifo", StatusCode::kForbidden},
           Case{"/socket", StatusCode::kForbidden},
       }) {
    const tests::Holdings before = tests::Holdings::Now();
    {
      const Response response = Get(c.target);
      EXPECT_EQ(response.status, c.status) << c.target;
      EXPECT_EQ(tests::BodyOf(response).find("secret"), std::string::npos) << c.target;
    }
    Open({});  // closes what the cache has
    EXPECT_EQ(tests::Holdings::Now(), before) << c.target;
  }
}

TEST_P(FileHandlerTest, AnErrorSaysWhatIsWrong) {
  const Response response = Get("/nothing");
  EXPECT_EQ(tests::BodyOf(response), "404 Not Found: there is no such file\n");
  EXPECT_EQ(tests::FieldOf(response, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(tests::BodyOf(Get("/a%2fb")), "400 Bad Request: a percent-encoded slash\n");
}

TEST_P(FileHandlerTest, HidesNamesThatBeginWithADot) {
  for (std::string_view name :
       {".hidden", "..hidden", "...", ".git/config", "folder/.htpasswd", "folder/.x/y",
        ".well-knownx", "folder/.well-known/x", ".well-known/.hidden", ".well-known/x/.y"}) {
    tree_.Write(absl::StrCat("root/", name), "hidden");
    EXPECT_EQ(Get(absl::StrCat("/", name)).status, StatusCode::kNotFound) << name;
  }
  EXPECT_EQ(Get("/%2egit/config").status, StatusCode::kNotFound);
  EXPECT_EQ(Get("/.git").status, StatusCode::kNotFound);
  EXPECT_EQ(Get("/.git/").status, StatusCode::kNotFound);
  tree_.Write("root/.well-known/acme-challenge/token", "token");
  EXPECT_EQ(tests::BodyOf(Get("/.well-known/acme-challenge/token")), "token");
  EXPECT_EQ(Get("/.well-known").status, StatusCode::kMovedPermanently);
  tree_.Write("root/a.b/c.d.e", "dots");
  EXPECT_EQ(tests::BodyOf(Get("/a.b/c.d.e")), "dots");
}

TEST_P(FileHandlerTest, RedirectsIntoFolders) {
  tree_.MakeFolder("root/b c/%41");
  tree_.MakeFolder("root/\\evil.example");
  tree_.MakeFolder("root/evil.example");
  tree_.MakeFolder("root/a:b");
  tree_.Link("root/link", "folder");
  struct Case {
    std::string_view target;
    std::string_view location;
  };
  for (const Case& c : {
           Case{"/folder", "/folder/"},
           Case{"/folder?", "/folder/?"},
           Case{"/folder?a=b&c=//d%00", "/folder/?a=b&c=//d%00"},
           Case{"/folder/../empty", "/empty/"},
           Case{"/b%20c/%2541", "/b%20c/%2541/"},
           Case{"/link", "/link/"},
           // Nothing that would name another server.
           Case{"//evil.example", "/evil.example/"},
           Case{"///evil.example", "/evil.example/"},
           Case{"/%5cevil.example", "/%5Cevil.example/"},
           Case{"/a:b", "/a:b/"},
           Case{"http://evil.example/folder", "/folder/"},
       }) {
    const Response response = Get(c.target);
    EXPECT_EQ(response.status, StatusCode::kMovedPermanently) << c.target;
    EXPECT_EQ(tests::FieldOf(response, "Location"), c.location) << c.target;
  }
}

TEST_P(FileHandlerTest, AnswersMethods) {
  struct Case {
    std::string_view line;
    StatusCode status;
  };
  for (const Case& c : {
           Case{"HEAD /a.txt", StatusCode::kOk},
           Case{"HEAD /nothing", StatusCode::kNotFound},
           Case{"OPTIONS /a.txt", StatusCode::kNoContent},
           Case{"OPTIONS *", StatusCode::kNoContent},
           Case{"POST /a.txt", StatusCode::kMethodNotAllowed},
           Case{"PUT /new", StatusCode::kMethodNotAllowed},
           Case{"DELETE /a.txt", StatusCode::kMethodNotAllowed},
           Case{"PATCH /a.txt", StatusCode::kMethodNotAllowed},
           Case{"TRACE /a.txt", StatusCode::kMethodNotAllowed},
           Case{"BREW /a.txt", StatusCode::kNotImplemented},
           Case{"get /a.txt", StatusCode::kNotImplemented},
       }) {
    const Response response = Answer(c.line);
    EXPECT_EQ(response.status, c.status) << c.line;
    const bool tells =
        c.status == StatusCode::kNoContent || c.status == StatusCode::kMethodNotAllowed;
    EXPECT_EQ(tests::FieldOf(response, "Allow"), tells ? "GET, HEAD, OPTIONS" : "") << c.line;
    if (c.status == StatusCode::kNoContent) {
      EXPECT_EQ(tests::BodyOf(response), "");
    }
  }
}

TEST_P(FileHandlerTest, TheIndexIsAnOption) {
  Open({.index = "a.txt"});
  EXPECT_EQ(tests::BodyOf(Get("/")), "text");
  EXPECT_EQ(Get("/folder/").status, StatusCode::kNotFound);
  Open({.index = ""});
  EXPECT_EQ(Get("/").status, StatusCode::kNotFound);
  EXPECT_EQ(Get("/folder/").status, StatusCode::kNotFound);
  EXPECT_EQ(Get("/folder").status, StatusCode::kMovedPermanently);
}

TEST_P(FileHandlerTest, CacheControlIsAnOption) {
  EXPECT_EQ(tests::FieldOf(Get("/a.txt"), "Cache-Control"), "");
  Open({.cache_control = "no-cache"});
  EXPECT_EQ(tests::FieldOf(Get("/a.txt"), "Cache-Control"), "no-cache");
  EXPECT_EQ(tests::FieldOf(Get("/nothing"), "Cache-Control"), "");
}

TEST_P(FileHandlerTest, PrecompressedNeighboursAreAnOption) {
  tree_.Write("root/a.txt.gz", "zipped");
  tree_.SetModified("root/a.txt", absl::FromUnixSeconds(784111777));
  constexpr std::string_view kBoth = "Accept-Encoding: gzip, br\r\n";
  Response response = Get("/a.txt", kBoth);
  EXPECT_EQ(tests::BodyOf(response), "text");
  EXPECT_EQ(tests::FieldOf(response, "Vary"), "");
  const std::string tag_of_text = tests::FieldOf(response, "ETag");

  Open({.precompressed = true});
  response = Get("/a.txt", kBoth);
  EXPECT_EQ(tests::BodyOf(response), "zipped");
  EXPECT_EQ(tests::FieldOf(response, "Content-Encoding"), "gzip");
  EXPECT_EQ(tests::FieldOf(response, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(tests::FieldOf(response, "Vary"), "Accept-Encoding");
  EXPECT_NE(tests::FieldOf(response, "ETag"), tag_of_text);
  response = Get("/a.txt");
  EXPECT_EQ(tests::BodyOf(response), "text");
  EXPECT_EQ(tests::FieldOf(response, "Vary"), "Accept-Encoding");
  EXPECT_EQ(tests::FieldOf(response, "ETag"), tag_of_text);
  EXPECT_EQ(tests::FieldOf(Get("/folder/in.js", kBoth), "Vary"), "");
  tree_.Write("root/index.html.br", "home, small");
  EXPECT_EQ(tests::BodyOf(Get("/", kBoth)), "home, small");
}

TEST_P(FileHandlerTest, WithoutDescriptorsItAnswers503) {
  const tests::DescriptorShortage shortage(0);
  EXPECT_EQ(Get("/a.txt").status, StatusCode::kServiceUnavailable);
  EXPECT_EQ(Get("/").status, StatusCode::kServiceUnavailable);
}

TEST_P(FileHandlerTest, AFileThatIsDeletedMeanwhileIsStillSent) {
  const Response response = Get("/a.txt");
  std::filesystem::remove(tree_.Path("root/a.txt"));
  EXPECT_EQ(tests::BodyOf(response), "text");
  EXPECT_EQ(Get("/a.txt").status, StatusCode::kNotFound);
}

TEST_P(FileHandlerTest, AFolderThatIsReplacedByALinkIsLeftAlone) {
  tree_.Write("outside/in.js", "secret");
  std::filesystem::remove_all(tree_.Path("root/folder"));
  tree_.Link("root/folder", "../outside");
  EXPECT_EQ(Get("/folder/in.js").status, StatusCode::kForbidden);
  EXPECT_EQ(Get("/folder").status, StatusCode::kForbidden);
}

TEST_P(FileHandlerTest, AFileIsServedAsItWasWhileItIsKept) {
  const bool kept = GetParam() > absl::ZeroDuration();
  EXPECT_EQ(tests::BodyOf(Get("/a.txt")), "text");
  tree_.Write("root/a.txt", "changed");
  now_ -= GetParam();
  EXPECT_EQ(tests::BodyOf(Get("/a.txt")), kept ? "text" : "changed");
  EXPECT_EQ(tests::BodyOf(Get("/a.txt")), "changed");
}

TEST(FileHandlerCreateTest, RefusesOptionsThatMakeNoSense) {
  const tests::Tree tree;
  for (std::string_view index : {"a/b", "/", ".", "..", "../index.html"}) {
    EXPECT_EQ(
        FileHandler::Create({.root = tree.Path(), .index = std::string(index)}).status().code(),
        absl::StatusCode::kInvalidArgument)
        << index;
  }
  EXPECT_EQ(
      FileHandler::Create({.root = tree.Path(), .cache_control = "a\r\nb: c"}).status().code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      FileHandler::Create({.root = tree.Path(), .file_cache = -absl::Seconds(1)}).status().code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FileHandler::Create({.root = tree.Path("nothing")}).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace forklift::http::files
