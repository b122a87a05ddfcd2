// HeadGenerator makes good heads of every shape, and damages them: the same for the same seed.
#ifndef FORKLIFT_TESTS_HTTP_SUPPORT_HEAD_GENERATOR_H_
#define FORKLIFT_TESTS_HTTP_SUPPORT_HEAD_GENERATOR_H_

#include <stddef.h>

#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/header_name.h"

namespace forklift::http {

class HeadGenerator {
 public:
  explicit HeadGenerator(unsigned seed) : random_(seed) {}

  // Below `bound`.
  size_t Number(size_t bound) { return random_() % bound; }

  // Up to `bound` characters of `alphabet`.
  std::string Text(size_t bound, std::string_view alphabet) {
    std::string text(Number(bound + 1), '\0');
    for (char& c : text) c = alphabet[Number(alphabet.size())];
    return text;
  }

  // Up to `fields` field lines and the empty one, of the kinds that any client might send.
  std::string Fields(size_t fields) {
    std::string section;
    for (size_t count = Number(fields + 1); count > 0; --count) {
      section += Name();
      section += OneOf({": ", ": ", ": ", ":", ":\t", ":  "});
      section += Value();
      section += OneOf({"", "", "", " ", "\t "});
      section += LineEnd();
    }
    section += LineEnd();
    return section;
  }

  std::string Request() {
    std::string head(OneOf({"", "", "", "\r\n", "\n"}));
    head += OneOf({"GET /", "POST /", "M-SEARCH /"});
    head += Text(100, kPrintable.substr(1));
    head += OneOf({" HTTP/1.1", " HTTP/1.0", " HTTP/1.2"});
    head += LineEnd();
    return head + Fields(6);
  }

  std::string Response() {
    std::string head(OneOf({"HTTP/1.1 ", "HTTP/1.0 ", "HTTP/1.2 "}));
    absl::StrAppend(&head, 100 + Number(900), " ");
    head += Text(60, kPrintable);
    head += LineEnd();
    return head + Fields(6);
  }

  // A byte or a few of `message` changed, taken out, put in or doubled.
  void Damage(std::string& message) {
    const size_t at = Number(message.size() + 1);
    switch (Number(4)) {
      case 0:
        message.replace(at, 1, 1, Unusual());
        break;
      case 1:
        message.erase(at, 1 + Number(3));
        break;
      case 2:
        message.insert(at, 1, Unusual());
        break;
      default:
        message.insert(at, message.substr(Number(message.size() + 1), 20));
    }
  }

 private:
  // A space, and what every part of a head may have.
  static constexpr std::string_view kPrintable =
      " !$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~";

  std::string_view OneOf(std::initializer_list<std::string_view> choices) {
    return choices.begin()[Number(choices.size())];
  }

  std::string_view LineEnd() { return OneOf({"\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n"}); }

  std::string Name() {
    if (Number(3) == 0) {
      return std::string(Spelling(static_cast<HeaderName>(1 + Number(kHeaderNameCount - 1))));
    }
    const std::string_view alphabet = Number(4) == 0 ? "ab!#$%&'*+.^_`|~" : "abcxyzABCXYZ019-";
    return "N" + Text(39, alphabet);
  }

  std::string Value() {
    std::string value = Text(Number(3) == 0 ? 200 : 20, kPrintable);
    if (Number(8) == 0) value += OneOf({"\tv", "\x80v", "\xff", "  v"});
    return value;
  }

  // Those that parsers look for, or any.
  char Unusual() {
    constexpr std::string_view kUnusual("\r\n\t :\0\x7f\x80\xff\"", 10);
    return Number(2) == 0 ? kUnusual[Number(kUnusual.size())] : static_cast<char>(Number(256));
  }

  std::minstd_rand random_;
};

}  // namespace forklift::http

#endif  // FORKLIFT_TESTS_HTTP_SUPPORT_HEAD_GENERATOR_H_
