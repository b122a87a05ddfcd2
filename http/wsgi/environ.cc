#include "forklift/http/wsgi/environ.h"

#include <stdint.h>
#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/authority.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/percent_encoding.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/wsgi/cgi_name.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/python.h"
#include "forklift/net/address.h"

namespace forklift::http::wsgi {
namespace {

bool Set(PyObject* environ, const ObjectRef& key, std::string_view value) {
  const ObjectRef text = Latin1(value);
  return text && PyDict_SetItem(environ, key.get(), text.get()) == 0;
}

bool SetNew(PyObject* environ, const char* key, ObjectRef value) {
  return value && PyDict_SetItemString(environ, key, value.get()) == 0;
}

ObjectRef Key(std::string_view name) {
  PyObject* key = Latin1(name).release();
  if (key != nullptr) PyUnicode_InternInPlace(&key);
  return ObjectRef::Steal(key);
}

// The address without its port, IPv6 in brackets; empty for a Unix socket, which has none.
std::string HostOf(const net::Address& address) {
  if (address.family() == AF_UNIX) return "";
  const std::string text = address.ToString();
  return text.substr(0, text.rfind(':'));
}

// RFC 3875 has an address in brackets for the server's, and without them for the client's.
std::string_view WithoutBrackets(std::string_view host) {
  return host.empty() || host.front() != '[' ? host : host.substr(1, host.size() - 2);
}

std::string_view Separator(HeaderName name) { return name == HeaderName::kCookie ? "; " : ","; }

// Adds what a further field of the same name says (RFC 9110 section 5.3).
bool Append(PyObject* environ, PyObject* key, PyObject* before, const Field& field) {
  const ObjectRef added = Latin1(absl::StrCat(Separator(field.id), field.value));
  if (!added) return false;
  const ObjectRef whole = ObjectRef::Steal(PyUnicode_Concat(before, added.get()));
  return whole && PyDict_SetItem(environ, key, whole.get()) == 0;
}

bool AddField(PyObject* environ, PyObject* key, const Field& field) {
  PyObject* before = PyDict_GetItemWithError(environ, key);
  if (before != nullptr) return Append(environ, key, before, field);
  if (PyErr_Occurred() != nullptr) return false;
  const ObjectRef value = Latin1(field.value);
  return value && PyDict_SetItem(environ, key, value.get()) == 0;
}

}  // namespace

bool EnvironBuilder::Init(const EnvironOptions& options, PyObject* file_wrapper) {
  default_port_ = options.url_scheme == "https" ? 443 : 80;
  same_ = ObjectRef::Steal(PyDict_New());
  PyObject* errors = PySys_GetObject("stderr");  // borrowed
  PyObject* same = same_.get();
  if (same == nullptr || errors == nullptr ||
      !SetNew(same, "wsgi.version", ObjectRef::Steal(Py_BuildValue("(ii)", 1, 0))) ||
      !SetNew(same, "wsgi.url_scheme", Latin1(options.url_scheme)) ||
      !SetNew(same, "wsgi.errors", ObjectRef::Share(errors)) ||
      !SetNew(same, "wsgi.multithread", ObjectRef::Steal(PyBool_FromLong(options.multithread))) ||
      !SetNew(same, "wsgi.multiprocess", ObjectRef::Steal(PyBool_FromLong(options.multiprocess))) ||
      !SetNew(same, "wsgi.run_once", ObjectRef::Share(Py_False)) ||
      !SetNew(same, "wsgi.input_terminated", ObjectRef::Share(Py_True)) ||
      !SetNew(same, "wsgi.file_wrapper", ObjectRef::Share(file_wrapper)) ||
      !SetNew(same, "SCRIPT_NAME", Latin1("")) ||
      !SetNew(same, "GATEWAY_INTERFACE", Latin1("CGI/1.1")) ||
      !SetNew(same, "SERVER_SOFTWARE", Latin1("forklift"))) {
    return false;
  }
  for (int i = 1; i < kHeaderNameCount; ++i) {
    const std::string name = CgiName(Spelling(HeaderName(i)));
    if (name.empty()) continue;
    field_keys_[i] = Key(name);
    if (!field_keys_[i]) return false;
  }
  request_method_ = Key("REQUEST_METHOD");
  path_info_ = Key("PATH_INFO");
  query_string_ = Key("QUERY_STRING");
  raw_uri_ = Key("RAW_URI");
  server_name_ = Key("SERVER_NAME");
  server_port_ = Key("SERVER_PORT");
  server_protocol_ = Key("SERVER_PROTOCOL");
  remote_addr_ = Key("REMOTE_ADDR");
  remote_port_ = Key("REMOTE_PORT");
  content_length_ = Key("CONTENT_LENGTH");
  input_ = Key("wsgi.input");
  http_1_0_ = Key("HTTP/1.0");
  http_1_1_ = Key("HTTP/1.1");
  return http_1_1_ && input_ && PyErr_Occurred() == nullptr;
}

ObjectRef EnvironBuilder::Build(const server::Request& request, PyObject* input,
                                std::optional<uint64_t> body_size) const {
  ObjectRef environ = ObjectRef::Steal(PyDict_Copy(same_.get()));
  if (!environ) return environ;
  PyObject* dict = environ.get();
  const http::Request& message = request.message;
  const net::Address local = request.conversation->LocalAddress();
  std::string path;
  // Where it is not encoded properly, the application sees it as it is.
  if (AppendPercentDecoded(message.target.path, path)) path = message.target.path;
  // The host that the client means (RFC 3875 section 4.1.14); of an old one that does not say,
  // ours.
  std::string host = message.authority ? std::string(message.authority->host) : HostOf(local);
  if (host.empty()) host = "localhost";
  uint16_t port = local.port();
  if (port == 0) {  // a Unix socket has none
    port = message.authority ? message.authority->port.value_or(default_port_) : default_port_;
  }
  const bool done =
      Set(dict, request_method_, message.head.method) && Set(dict, path_info_, path) &&
      Set(dict, query_string_, message.target.query.value_or(std::string_view())) &&
      Set(dict, raw_uri_, message.head.target) && Set(dict, server_name_, host) &&
      Set(dict, server_port_, absl::StrCat(port)) &&
      Set(dict, remote_addr_, WithoutBrackets(HostOf(request.client))) &&
      (request.client.port() == 0 ||
       Set(dict, remote_port_, absl::StrCat(request.client.port()))) &&
      PyDict_SetItem(dict, server_protocol_.get(),
                     (message.head.minor_version == 0 ? http_1_0_ : http_1_1_).get()) == 0 &&
      (!body_size || Set(dict, content_length_, absl::StrCat(*body_size))) &&
      PyDict_SetItem(dict, input_.get(), input) == 0 && AddFields(dict, message.head.fields) &&
      (!message.target.authority || SetHost(dict, *message.target.authority));
  return done ? std::move(environ) : ObjectRef();
}

// RFC 9112 section 3.2.2: what the target says is meant, whatever Host says.
bool EnvironBuilder::SetHost(PyObject* environ, const Authority& authority) const {
  std::string host(authority.host);
  if (authority.port) absl::StrAppend(&host, ":", *authority.port);
  return Set(environ, field_keys_[static_cast<int>(HeaderName::kHost)], host);
}

bool EnvironBuilder::AddFields(PyObject* environ, HeaderFields fields) const {
  for (const Field field : fields) {
    if (field.id != HeaderName::kOther) {
      PyObject* key = field_keys_[static_cast<int>(field.id)].get();
      if (key != nullptr && !AddField(environ, key, field)) return false;
      continue;
    }
    const std::string name = CgiName(field.name);
    if (name.empty()) continue;
    const ObjectRef key = Latin1(name);
    if (!key || !AddField(environ, key.get(), field)) return false;
  }
  return true;
}

}  // namespace forklift::http::wsgi
