#pragma once

#include "actions/scaling/kube_client.h"
#include "actions/scaling/kube_reviews.h"

namespace levelwind::actions {

/// KubeReviews over a KubeClient, which must outlive this. Our service account needs ClusterRole
/// system:auth-delegator and Role kube-system/extension-apiserver-authentication-reader.
class KubeReviewClient final : public KubeReviews {
 public:
  explicit KubeReviewClient(KubeClient& client) : client_(client) {}
  Result<KubeAuthConfig> ReadAuthConfig() override;
  Result<KubeIdentity> ReviewToken(const std::string& token) override;
  Result<bool> ReviewAccess(const KubeAccessRequest& request) override;

 private:
  KubeClient& client_;
};

}  // namespace levelwind::actions
