#include "kafka/security/token_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "kafka/security/crypto.h"
#include "kafka/security/http_fetch.h"
#include "kafka/security/tls_context.h"

namespace levelwind::kafka {

namespace {

/// Visible ASCII: a token with anything else would break the message that it is sent in.
bool LooksLikeToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

class ReadTokenSource final : public TokenSource {
 public:
  ReadTokenSource(SecretSource secret, const Clock& clock)
      : secret_(std::move(secret)), clock_(clock) {}

  void Get(OnToken done) override {
    Result<Secret> text = ReadSecret(secret_, "the token");
    if (!text.ok()) return done(text.error());
    if (!LooksLikeToken(text->Reveal())) {
      return done(InvalidArgument(
          "the token has characters that no token has; its file must hold the token and nothing "
          "else"));
    }
    done(Token{*std::move(text), {clock_.Now()}});
  }

 private:
  const SecretSource secret_;
  const Clock& clock_;
};

class OidcTokenSource final : public TokenSource {
 public:
  OidcTokenSource(std::function<void(OnToken)> fetch, const Clock& clock)
      : tokens_(std::move(fetch), clock) {}
  void Get(OnToken done) override { tokens_.Get(std::move(done)); }

 private:
  Cached<Token> tokens_;
};

Result<HttpCall> TokenCall(const OauthOptions& options, const HttpUrl& url, Duration timeout) {
  LW_ASSIGN_OR_RETURN(const Secret secret,
                      ReadSecret(options.client_secret, "the OAuth client secret"));
  HttpCall call;
  call.method = "POST";
  call.url = url;
  call.timeout = timeout;
  // RFC 6749, 2.3.1: both parts are form-encoded before they go into the header.
  std::string pair = UrlEncoded(options.client_id) + ":" + UrlEncoded(secret.Reveal());
  call.headers = {{"Authorization", "Basic " + crypto::Base64(crypto::AsBytes(pair))},
                  {"Content-Type", "application/x-www-form-urlencoded"},
                  {"Accept", "application/json"}};
  Wipe(pair);
  call.body = "grant_type=client_credentials";
  if (!options.scope.empty()) call.body += "&scope=" + UrlEncoded(options.scope);
  return call;
}

class MskTokenSource final : public TokenSource {
 public:
  MskTokenSource(AwsCredentialsSource& aws, std::string region, const Clock& clock,
                 std::string_view user_agent)
      : aws_(aws), region_(std::move(region)), clock_(clock), user_agent_(user_agent) {}

  void Get(OnToken done) override {
    aws_.Get([this, done](const Result<AwsCredentials>& found) {
      if (!found.ok()) return done(found.error());
      done(Token{MskToken(found->keys, region_, clock_.WallNow(), user_agent_), {clock_.Now()}});
    });
  }

 private:
  AwsCredentialsSource& aws_;
  const std::string region_;
  const Clock& clock_;
  const std::string user_agent_;
};

std::string TextAt(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return {};
  return found->get<std::string>();
}

}  // namespace

Result<Token> ParseTokenAnswer(int status, const std::string& body, SteadyTime asked_at) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  constexpr std::size_t kToldText = 200;
  if (status != 200) {
    std::string why;
    if (json.is_object()) {
      why = TextAt(json, "error");
      const std::string more = TextAt(json, "error_description");
      if (!more.empty()) why += (why.empty() ? "" : ": ") + more;
    }
    const bool refused = status == 400 || status == 401 || status == 403;
    Error error(refused ? ErrorCode::kUnauthenticated : ErrorCode::kUnavailable,
                fmt::format("the token endpoint answered {}{}{}", status, why.empty() ? "" : ": ",
                            EscapeControl(why.substr(0, kToldText))));
    return error.set_retriable(!refused);
  }
  if (!json.is_object()) return DataLoss("the token endpoint's answer is not a JSON object");
  std::string text = TextAt(json, "access_token");
  if (!LooksLikeToken(text)) return DataLoss("the token endpoint's answer has no access_token");
  Token token{Secret(text), {asked_at}};
  Wipe(text);
  const auto lives = json.find("expires_in");
  if (lives != json.end() && lives->is_number()) {
    // A day is more than any broker's session; larger figures would overflow.
    const double seconds = std::clamp(lives->get<double>(), 0.0, 86'400.0);
    token.lifetime.lives_for =
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  }
  return token;
}

std::unique_ptr<TokenSource> NewReadTokenSource(SecretSource secret, const Clock& clock) {
  return std::make_unique<ReadTokenSource>(std::move(secret), clock);
}

std::unique_ptr<TokenSource> NewMskTokenSource(AwsCredentialsSource& aws, std::string region,
                                               const Clock& clock, std::string_view user_agent) {
  return std::make_unique<MskTokenSource>(aws, std::move(region), clock, user_agent);
}

Result<std::unique_ptr<TokenSource>> NewOidcTokenSource(const OauthOptions& options, Loop& loop,
                                                        const Clock& clock, Duration timeout) {
  LW_ASSIGN_OR_RETURN(const HttpUrl url, ParseHttpUrl(options.token_url));
  TlsOptions tls;
  tls.ca_file = options.token_ca_file;
  auto contexts = std::make_shared<TlsContexts>(tls);
  return std::unique_ptr<TokenSource>(std::make_unique<OidcTokenSource>(
      [options, url, &loop, &clock, timeout, contexts](TokenSource::OnToken done) {
        // What fails before a byte is sent still answers from the loop, as the rest does.
        const auto fail = [&](const Error& error) { loop.Post([done, error] { done(error); }); };
        TlsContextPtr context;
        if (url.tls) {
          auto current = contexts->Current();
          if (!current.ok()) return fail(current.error());
          context = *current;
        }
        auto call = TokenCall(options, url, timeout);
        if (!call.ok()) return fail(call.error());
        const SteadyTime asked_at = clock.Now();
        FetchHttp(loop, *std::move(call), std::move(context),
                  [done, asked_at, where = url.to.ToString()](const Result<HttpAnswer>& answer) {
                    if (!answer.ok()) return done(answer.error().Wrap("fetching a token"));
                    auto token = ParseTokenAnswer(answer->status, answer->body, asked_at);
                    if (!token.ok())
                      return done(token.error().Wrap("fetching a token from " + where));
                    done(std::move(token));
                  });
      },
      clock));
}

}  // namespace levelwind::kafka
