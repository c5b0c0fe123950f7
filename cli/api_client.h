#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace levelwind::cli {

/// Asks the daemon. Blocking, one thread at a time.
class ApiClient {
 public:
  /// `url`: "http://127.0.0.1:8844". kInvalidArgument when it is not such a URL.
  static Result<ApiClient> Open(const std::string& url, std::string author);
  ApiClient(ApiClient&&) noexcept;
  ~ApiClient();

  /// The body of a 2xx answer.
  ///
  /// kUnavailable with retriable() means that nobody answered at all (exit code 4). Otherwise the
  /// error is what the daemon said, with its code.
  Result<std::string> Get(const std::string& path);
  Result<std::string> Post(const std::string& path, const std::string& json);

 private:
  class Impl;
  explicit ApiClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One segment of a path with everything unusual escaped.
std::string UrlSegment(const std::string& text);

}  // namespace levelwind::cli
