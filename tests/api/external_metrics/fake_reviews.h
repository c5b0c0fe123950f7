#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actions/scaling/kube_reviews.h"

namespace levelwind::testing {

/// The API server's side of delegated checks, made of values.
class FakeReviews final : public actions::KubeReviews {
 public:
  actions::KubeAuthConfig config;
  std::map<std::string, actions::KubeIdentity> tokens;
  std::set<std::string> allowed;  ///< "user verb namespace/resource"
  std::optional<Error> config_error, access_error;
  std::vector<actions::KubeAccessRequest> asked;

  Result<actions::KubeAuthConfig> ReadAuthConfig() override {
    const std::lock_guard lock(mutex_);
    if (config_error) return *config_error;
    return config;
  }
  Result<actions::KubeIdentity> ReviewToken(const std::string& token) override {
    const std::lock_guard lock(mutex_);
    const auto found = tokens.find(token);
    if (found == tokens.end()) return Error(ErrorCode::kUnauthenticated, "not a token");
    return found->second;
  }
  Result<bool> ReviewAccess(const actions::KubeAccessRequest& request) override {
    const std::lock_guard lock(mutex_);
    asked.push_back(request);
    if (access_error) return *access_error;
    return allowed.contains(request.who.user + " " + request.verb + " " + request.name_space + "/" +
                            request.resource);
  }

 private:
  std::mutex mutex_;
};

}  // namespace levelwind::testing
