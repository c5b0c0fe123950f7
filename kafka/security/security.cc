#include "kafka/security/security.h"

#include <utility>

#include "kafka/security/aws_signer.h"
#include "kafka/security/tls_stream.h"

namespace levelwind::kafka {

namespace {

constexpr std::string_view kUserAgent = "levelwind/" LEVELWIND_VERSION;

crypto::Hash HashOf(SaslMechanism mechanism) {
  return mechanism == SaslMechanism::kScramSha512 ? crypto::Hash::kSha512 : crypto::Hash::kSha256;
}

}  // namespace

Security::Security(const SecurityOptions& options, Loop& loop, const Clock& clock,
                   Duration token_timeout)
    : options_(options),
      loop_(loop),
      clock_(clock),
      token_timeout_(token_timeout),
      tls_(options.tls),
      scram_keys_(std::make_shared<ScramKeys>(HashOf(options.sasl.mechanism))) {}

Result<std::unique_ptr<Stream>> Security::NewStream() {
  if (!options_.uses_tls()) return loop_.NewTcpStream();
  LW_ASSIGN_OR_RETURN(TlsContextPtr context, tls_.Current());
  return NewTlsStream(loop_, loop_.NewTcpStream(), std::move(context));
}

std::string Security::mechanism() const {
  return std::string(NameIn(kSaslMechanismNames, options_.sasl.mechanism));
}

void Security::NewExchange(const Endpoint& broker, OnExchange done) {
  switch (options_.sasl.mechanism) {
    case SaslMechanism::kPlain:
    case SaslMechanism::kScramSha256:
    case SaslMechanism::kScramSha512:
      return WithPassword(done);
    case SaslMechanism::kOauthBearer:
      return WithToken(done);
    case SaslMechanism::kAwsMskIam:
      return Aws().Get([this, broker, done](const Result<AwsCredentials>& found) {
        if (!found.ok()) return done(found.error());
        done(NewMskIamExchange(MskIamPayload(found->keys, options_.aws.region, broker.host,
                                             clock_.WallNow(), kUserAgent)));
      });
    case SaslMechanism::kNone:
      break;
  }
  done(InvalidArgument("no SASL mechanism is set (cluster.security.sasl.mechanism)"));
}

void Security::WithPassword(const OnExchange& done) {
  const SaslOptions& sasl = options_.sasl;
  Result<Secret> password = ReadSecret(sasl.password, "the password");
  if (!password.ok()) return done(password.error());
  if (sasl.mechanism == SaslMechanism::kPlain) {
    return done(NewPlainExchange(sasl.username, *std::move(password)));
  }
  done(NewScramExchange(sasl.username, *std::move(password), scram_keys_));
}

void Security::WithToken(const OnExchange& done) {
  const Result<TokenSource*> source = Tokens();
  if (!source.ok()) return done(source.error());
  (*source)->Get([this, done](const Result<Token>& token) {
    if (!token.ok()) return done(token.error());
    done(NewOauthExchange(token->text, options_.oauth.extensions));
  });
}

Result<TokenSource*> Security::Tokens() {
  if (tokens_) return tokens_.get();
  switch (options_.oauth.from) {
    case TokenFrom::kToken:
      tokens_ = NewReadTokenSource(options_.oauth.token, clock_);
      break;
    case TokenFrom::kMskIam:
      tokens_ = NewMskTokenSource(Aws(), options_.aws.region, clock_, kUserAgent);
      break;
    case TokenFrom::kOidc: {
      LW_ASSIGN_OR_RETURN(tokens_,
                          NewOidcTokenSource(options_.oauth, loop_, clock_, token_timeout_));
      break;
    }
  }
  return tokens_.get();
}

AwsCredentialsSource& Security::Aws() {
  if (!aws_) aws_ = std::make_unique<AwsCredentialsSource>(options_.aws, loop_, clock_);
  return *aws_;
}

}  // namespace levelwind::kafka
