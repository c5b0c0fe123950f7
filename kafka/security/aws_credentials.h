#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/net/loop.h"
#include "kafka/security/aws_signer.h"
#include "kafka/security/cached.h"
#include "kafka/security/security_options.h"

namespace levelwind::kafka {

struct AwsCredentials {
  AwsKeys keys;
  Lifetime lifetime;
};

/// Finds AWS credentials, in the order that Amazon's own programs have: the environment
/// (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), the profile of the credentials
/// file, the container's endpoint (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI), the
/// instance's metadata service (IMDSv2 only). The first two are read each time, what the others
/// give is kept for 80 % of its life. Web identities (STS) are not supported. Belongs to the loop's
/// thread.
class AwsCredentialsSource {
 public:
  using Done = std::function<void(Result<AwsCredentials>)>;
  using Environment = std::function<std::optional<std::string>(const char*)>;

  /// `environment` is for tests; empty: the process's.
  AwsCredentialsSource(const AwsOptions& options, Loop& loop, const Clock& clock,
                       Environment environment = {});

  /// `done` may be called at once; never after this object is destroyed.
  void Get(Done done);

 private:
  void FetchRemote(Done done) const;
  void FetchInstance(Done done) const;

  const AwsOptions options_;
  Loop& loop_;
  const Clock& clock_;
  const Environment environment_;
  Cached<AwsCredentials> remote_;
};

/// One profile of a credentials file. An empty Result: the file has no such profile.
Result<std::optional<AwsKeys>> ParseAwsProfile(std::string_view text, std::string_view profile);

/// What container endpoint and metadata service answer.
Result<AwsCredentials> ParseAwsAnswer(const std::string& body, const Clock& clock);

}  // namespace levelwind::kafka
