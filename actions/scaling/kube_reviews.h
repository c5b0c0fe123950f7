#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace levelwind::actions {

/// Who asks, as Kubernetes sees it.
struct KubeIdentity {
  std::string user;
  std::string uid;
  std::vector<std::string> groups;
  std::vector<std::pair<std::string, std::string>> extra;  ///< Keys may repeat.
  friend bool operator==(const KubeIdentity&, const KubeIdentity&) = default;
};

/// What somebody wants to read: a metric of a namespace. The API group is external.metrics.k8s.io.
struct KubeAccessRequest {
  KubeIdentity who;
  std::string verb;  ///< "list"
  std::string name_space, resource;
  std::string path;  ///< Instead of the three: a path that is no resource.
};

/// ConfigMap kube-system/extension-apiserver-authentication: whom front proxies and clients show
/// certificates of, and in which headers a front proxy says for whom it asks.
struct KubeAuthConfig {
  std::string client_ca, front_proxy_ca;   ///< PEM.
  std::vector<std::string> allowed_names;  ///< Empty: any name.
  std::vector<std::string> user_headers, group_headers, uid_headers, extra_prefixes;
};

/// What a server beside the API server asks it about others (delegated authentication and
/// authorisation). Any thread; calls block for one exchange.
class KubeReviews {
 public:
  virtual ~KubeReviews() = default;
  virtual Result<KubeAuthConfig> ReadAuthConfig() = 0;
  /// TokenReview. kUnauthenticated: not a token of this cluster; others: it could not be asked.
  virtual Result<KubeIdentity> ReviewToken(const std::string& token) = 0;
  /// SubjectAccessReview. Whether it is allowed; an error: it could not be asked.
  virtual Result<bool> ReviewAccess(const KubeAccessRequest& request) = 0;
};

}  // namespace levelwind::actions
