#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "kafka/net/loop.h"
#include "kafka/security/aws_credentials.h"
#include "kafka/security/cached.h"
#include "kafka/security/security_options.h"

namespace levelwind::kafka {

struct Token {
  Secret text;
  Lifetime lifetime;
};

/// Where bearer tokens come from. Belongs to the loop's thread.
class TokenSource {
 public:
  using OnToken = std::function<void(Result<Token>)>;
  virtual ~TokenSource() = default;
  /// A token that is good now. `done` may be called at once. Not after the source is destroyed.
  virtual void Get(OnToken done) = 0;
};

/// Reads its secret for each login. A token that is not one (spaces, line ends) is an error.
std::unique_ptr<TokenSource> NewReadTokenSource(SecretSource secret, const Clock& clock);

/// OAuth 2's client credentials grant, through Cached. `timeout` is for one fetch.
Result<std::unique_ptr<TokenSource>> NewOidcTokenSource(const OauthOptions& options, Loop& loop,
                                                        const Clock& clock, Duration timeout);

/// Amazon MSK's tokens, signed here for each login. `aws` must outlive the source.
std::unique_ptr<TokenSource> NewMskTokenSource(AwsCredentialsSource& aws, std::string region,
                                               const Clock& clock, std::string_view user_agent);

/// The part of the answer of a token endpoint that we need. An error for anything else than a
/// bearer token that can be sent; it has the endpoint's own error and description in it.
Result<Token> ParseTokenAnswer(int status, const std::string& body, SteadyTime asked_at);

}  // namespace levelwind::kafka
