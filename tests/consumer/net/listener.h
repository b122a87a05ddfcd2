// Another project's file at a path that Forklift has too. Were Forklift's headers found by their
// paths from its root, this one would be found in their place.
#ifndef CONSUMER_NET_LISTENER_H_
#define CONSUMER_NET_LISTENER_H_

namespace consumer {

class Listener {
 public:
  static const char* Name() { return "the consumer's"; }
};

}  // namespace consumer

#endif  // CONSUMER_NET_LISTENER_H_
