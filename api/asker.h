#pragma once

#include "api/http.h"
#include "base/result.h"

namespace levelwind::api {

/// Whether a request that changes something says who asks: X-Levelwind-Author, 1 to 128 printable
/// ASCII characters. kInvalidArgument otherwise.
Status CheckAuthor(const Request& request);

}  // namespace levelwind::api
