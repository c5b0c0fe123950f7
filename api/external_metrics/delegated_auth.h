#pragma once

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actions/scaling/kube_reviews.h"
#include "api/http.h"
#include "base/clock.h"
#include "base/published.h"
#include "base/result.h"

namespace levelwind::api {

/// Who asks, and whether they may, as every server behind Kubernetes' aggregation layer finds out
/// (kubernetes.io, "Kubernetes Extension API Server: authentication and authorization flow"): a
/// front proxy by its certificate, for whom it names in headers; else a client by its own
/// certificate; else by a token that the API server is asked about; else nobody. X-Remote-... of
/// anybody but a front proxy means nothing.
///
/// Any thread; Authenticate and Authorize may block for one exchange with the API server.
class DelegatedAuth {
 public:
  using Identity = actions::KubeIdentity;

  /// Both must outlive this.
  DelegatedAuth(actions::KubeReviews& reviews, const Clock& clock)
      : reviews_(reviews), clock_(clock) {}

  /// Reads the authorities again: at the start (an error: nobody could be told, so do not serve),
  /// and each minute, since they rotate. After an error the last ones go on being used.
  Status Refresh();

  /// kUnauthenticated: nobody, or not who they claim; others: it could not be asked.
  Result<Identity> Authenticate(const Request& request);
  /// Ok, kPermissionDenied, or why it could not be asked. system:masters may all. Answers are good
  /// for 10 s.
  Status Authorize(const Identity& who, const std::string& verb, const std::string& name_space,
                   const std::string& resource);

 private:
  struct Cached {
    SteadyTime at;
    bool allowed = false;
  };
  Result<Identity> FrontProxyUser(const Request& request, const actions::KubeAuthConfig& config,
                                  const std::string& name) const;

  actions::KubeReviews& reviews_;
  const Clock& clock_;
  Published<actions::KubeAuthConfig> config_;
  std::mutex mutex_;
  std::map<std::string, Cached> cache_;
};

/// What a certificate says of its owner.
struct CertificateOwner {
  std::string common_name;
  std::vector<std::string> organisations;
};
/// Whether `chain` (DER, the client's own first) leads to one of the authorities in `ca_pem`, is
/// for clients and in time at `now`; then whose it is. kUnauthenticated otherwise.
Result<CertificateOwner> VerifyClient(const std::vector<std::string>& chain,
                                      std::string_view ca_pem, WallTime now);

}  // namespace levelwind::api
