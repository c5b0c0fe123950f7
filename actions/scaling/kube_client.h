#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "actions/http/http_client.h"
#include "actions/scaling/scaling_options.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace levelwind::actions {

/// How the API server is reached and who we are, with nothing left open.
struct KubeAccess {
  std::string server;  ///< "https://10.0.0.1:443", without a slash at its end.
  std::string ca_file, token_file;
  std::string name_space;
};
/// From the options and, where they leave it open, from what a pod has. `environment`: the
/// KUBERNETES_SERVICE_* variables. kInvalidArgument names what is missing.
Result<KubeAccess> ResolveKubeAccess(const KubeOptions& options,
                                     const std::map<std::string, std::string>& environment);
/// The variables of this process that ResolveKubeAccess wants.
std::map<std::string, std::string> KubeEnvironment();

struct KubeAnswer {
  int status = 0;
  std::string body;
  bool ok() const { return status >= 200 && status < 300; }
};

/// JSON over HTTPS to one API server, with a bearer token that is read again as it rotates: each
/// `token_reload`, and at once after a 401. The server's certificate is checked against the CA file
/// only.
///
/// After a 429 or 503 with Retry-After no call leaves until then. Any thread; calls of one client
/// go out one at a time, so that what must not wait (a lease) has a client of its own.
class KubeClient {
 public:
  /// kInvalidArgument: the options do not say enough. Nothing is sent yet.
  static Result<std::unique_ptr<KubeClient>> Make(const KubeOptions& options, const Clock& clock);
  KubeClient(KubeAccess access, Duration token_reload, std::unique_ptr<HttpClient> http,
             const Clock& clock);

  /// `path` begins with "/". The answer whatever its status; errors are about the way there, and
  /// kUnauthenticated when there is no token to send.
  Result<KubeAnswer> Get(const std::string& path);
  Result<KubeAnswer> Post(const std::string& path, const std::string& json);
  Result<KubeAnswer> Put(const std::string& path, const std::string& json);
  Result<KubeAnswer> MergePatch(const std::string& path, const std::string& json);

  const std::string& name_space() const { return access_.name_space; }

 private:
  Result<KubeAnswer> Call(const std::string& method, const std::string& path,
                          const std::string& json, const std::string& type);
  Status ReadToken(bool again);

  const KubeAccess access_;
  const Duration token_reload_;
  const std::unique_ptr<HttpClient> http_;
  const Clock& clock_;
  std::mutex mutex_;
  Secret token_;
  std::optional<SteadyTime> token_read_;
  std::optional<SteadyTime> not_before_;
};

/// An answer that is no success as an Error: "reading Deployment shop/orders: 403 Forbidden: ...",
/// with what to do about it. Codes: 401 kUnauthenticated, 403 kPermissionDenied, 404 kNotFound, 409
/// kAborted, 400 and 422 kInvalidArgument, 429 and 5xx kUnavailable.
Error KubeError(const KubeAnswer& answer, const std::string& doing);

/// Whether it may stand in a path as it is: a name of Kubernetes (lower case, digits, '-', '.').
bool IsKubeName(const std::string& name);

}  // namespace levelwind::actions
