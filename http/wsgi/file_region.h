// RegionOf finds the file behind a wsgi.file_wrapper, so that it can go by sendfile(2) (PEP 3333,
// "Optional Platform-Specific File Handling").
//
// For a thread that holds the GIL.
#ifndef FORKLIFT_HTTP_WSGI_FILE_REGION_H_
#define FORKLIFT_HTTP_WSGI_FILE_REGION_H_

#include "forklift/http/wsgi/python.h"
//
#include <optional>

#include "forklift/http/server/content.h"

namespace forklift::http::wsgi {

// From where the file that `wrapper`, a wsgiref.util.FileWrapper, has in its `filelike` would be
// read next to its end, with a descriptor of its own. Nothing where that is no regular file or has
// no descriptor: then it can only be read. No exception is set.
std::optional<server::FileRegion> RegionOf(PyObject* wrapper);

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_FILE_REGION_H_
