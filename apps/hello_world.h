// HelloWorld is the article's application: it greets, whatever it is asked.
#ifndef FORKLIFT_APPS_HELLO_WORLD_H_
#define FORKLIFT_APPS_HELLO_WORLD_H_

#include "forklift/http/server/handler.h"

namespace forklift::apps {

inline http::server::Response HelloWorld(const http::server::Request&) {
  return {.body = "Hello, World!\n"};
}

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_HELLO_WORLD_H_
