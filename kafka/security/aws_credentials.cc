#include "kafka/security/aws_credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "kafka/security/http_fetch.h"

namespace levelwind::kafka {

namespace {

constexpr auto kMetadataTimeout = std::chrono::seconds(2);  // it is on the same machine
constexpr std::string_view kContainerHost = "http://169.254.170.2";
constexpr std::string_view kInstanceHost = "http://169.254.169.254";
constexpr std::string_view kRolePath = "/latest/meta-data/iam/security-credentials/";

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// "2025-01-02T03:04:05Z"; fractions of a second are cut.
std::optional<std::int64_t> UnixSeconds(std::string_view text) {
  constexpr std::array<std::pair<std::size_t, std::size_t>, 6> kParts = {
      {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}}};
  if (text.size() < 20 || text.back() != 'Z') return std::nullopt;
  std::array<int, 6> values{};
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    const std::string_view part = text.substr(kParts[i].first, kParts[i].second);
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), values[i]);
    if (error != std::errc() || end != part.data() + part.size()) return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(values[0]),
                                         std::chrono::month(static_cast<unsigned>(values[1])),
                                         std::chrono::day(static_cast<unsigned>(values[2]))};
  if (!date.ok()) return std::nullopt;
  const auto day = std::chrono::sys_days(date).time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(day).count() + values[3] * 3600 +
         values[4] * 60 + values[5];
}

std::optional<std::string> ProcessVariable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

Error NoCredentials(std::string_view last) {
  return {ErrorCode::kUnauthenticated,
          fmt::format("no AWS credentials were found in the environment (AWS_ACCESS_KEY_ID), the "
                      "credentials file, the container or the instance's metadata ({}); set "
                      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write the credentials file",
                      last)};
}

}  // namespace

Result<std::optional<AwsKeys>> ParseAwsProfile(std::string_view text, std::string_view profile) {
  AwsKeys keys;
  bool inside = false;
  bool found = false;
  for (const std::string_view raw : Split(text, '\n')) {
    const std::string_view line = Trimmed(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      inside = line.back() == ']' && Trimmed(line.substr(1, line.size() - 2)) == profile;
      found = found || inside;
      continue;
    }
    const std::size_t equals = line.find('=');
    if (!inside || equals == line.npos) continue;
    const std::string_view name = Trimmed(line.substr(0, equals));
    const std::string_view value = Trimmed(line.substr(equals + 1));
    if (name == "aws_access_key_id") keys.key_id = value;
    if (name == "aws_secret_access_key") keys.secret = Secret(value);
    if (name == "aws_session_token") keys.session_token = Secret(value);
  }
  if (!found) return std::optional<AwsKeys>();
  if (keys.key_id.empty() || keys.secret.empty()) {
    return InvalidArgument(fmt::format(
        "the AWS profile '{}' has no aws_access_key_id with aws_secret_access_key; other ways to "
        "log in (SSO, roles, processes) are not supported",
        EscapeControl(profile)));
  }
  return std::optional(std::move(keys));
}

Result<AwsCredentials> ParseAwsAnswer(const std::string& body, const Clock& clock) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const auto text = [&](const char* key) {
    const bool there = json.is_object() && json.contains(key) && json[key].is_string();
    return there ? json[key].get<std::string>() : std::string();
  };
  AwsCredentials out;
  out.keys = {text("AccessKeyId"), Secret(text("SecretAccessKey")), Secret(text("Token"))};
  if (out.keys.key_id.empty() || out.keys.secret.empty()) {
    return DataLoss("the AWS metadata answer has no AccessKeyId with SecretAccessKey");
  }
  out.lifetime.fetched_at = clock.Now();
  if (const auto until = UnixSeconds(text("Expiration"))) {
    const std::int64_t left = *until - clock.WallNow().unix_ms / 1000;
    out.lifetime.lives_for = std::chrono::seconds(std::clamp<std::int64_t>(left, 0, 86'400));
  }
  return out;
}

AwsCredentialsSource::AwsCredentialsSource(const AwsOptions& options, Loop& loop,
                                           const Clock& clock, Environment environment)
    : options_(options),
      loop_(loop),
      clock_(clock),
      environment_(environment ? std::move(environment) : Environment(&ProcessVariable)),
      remote_([this](Done done) { FetchRemote(std::move(done)); }, clock) {}

void AwsCredentialsSource::Get(Done done) {
  const auto now = Lifetime{clock_.Now()};
  const auto id = environment_("AWS_ACCESS_KEY_ID");
  const auto secret = environment_("AWS_SECRET_ACCESS_KEY");
  if (id && secret && options_.profile.empty()) {
    const std::string session = environment_("AWS_SESSION_TOKEN").value_or("");
    return done(AwsCredentials{{*id, Secret(*secret), Secret(session)}, now});
  }
  const std::string home = environment_("HOME").value_or("") + "/.aws/credentials";
  std::string file = options_.credentials_file;
  if (file.empty()) file = environment_("AWS_SHARED_CREDENTIALS_FILE").value_or(home);
  std::string profile = options_.profile;
  if (profile.empty()) profile = environment_("AWS_PROFILE").value_or("default");
  SecretSource source;
  source.file = file;
  const Result<Secret> text = ReadSecret(source, "the AWS credentials file");
  const bool asked_for = !options_.profile.empty() || !options_.credentials_file.empty();
  if (text.ok()) {
    auto keys = ParseAwsProfile(text->Reveal(), profile);
    if (!keys.ok()) return done(keys.error());
    if (*keys) return done(AwsCredentials{**keys, now});
  }
  // Who names a file or a profile wants no other credentials than those.
  if (asked_for) {
    if (!text.ok()) return done(text.error());
    return done(NotFound(fmt::format("{} has no profile '{}'", file, EscapeControl(profile))));
  }
  remote_.Get(std::move(done));
}

void AwsCredentialsSource::FetchRemote(Done done) const {
  const auto relative = environment_("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const auto full = environment_("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (!relative && !full) return FetchInstance(std::move(done));
  auto url = ParseHttpUrl(relative ? std::string(kContainerHost) + *relative : *full);
  if (!url.ok()) {
    return loop_.Post([done, error = url.error()] { done(error); });
  }
  HttpCall call;
  call.url = *std::move(url);
  call.timeout = kMetadataTimeout;
  SecretSource token;
  token.file = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").value_or("");
  if (const auto given = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN")) {
    token.value = Secret(*given);
  }
  if (token.given()) {
    auto text = ReadSecret(token, "the container's authorization token");
    if (!text.ok()) {
      return loop_.Post([done, error = text.error()] { done(error); });
    }
    call.headers.emplace_back("Authorization", std::string(text->Reveal()));
  }
  TlsContextPtr tls;
  if (call.url.tls) {
    auto loaded = LoadTls({});
    if (!loaded.ok()) {
      return loop_.Post([done, error = loaded.error()] { done(error); });
    }
    tls = *std::move(loaded);
  }
  FetchHttp(loop_, std::move(call), std::move(tls), [this, done](const Result<HttpAnswer>& answer) {
    if (!answer.ok()) return done(NoCredentials(answer.error().message()));
    if (answer->status != 200) {
      return done(NoCredentials(fmt::format("the container answered {}", answer->status)));
    }
    done(ParseAwsAnswer(answer->body, clock_));
  });
}

void AwsCredentialsSource::FetchInstance(Done done) const {
  if (environment_("AWS_EC2_METADATA_DISABLED").value_or("") == "true") {
    return loop_.Post([done] { done(NoCredentials("the instance's metadata are disabled")); });
  }
  auto url = ParseHttpUrl(
      environment_("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or(std::string(kInstanceHost)));
  if (!url.ok() || url->tls) {
    return loop_.Post(
        [done] { done(NoCredentials("AWS_EC2_METADATA_SERVICE_ENDPOINT is not an http:// URL")); });
  }
  // Three questions one after the other: a session, the role's name, its credentials.
  const auto ask = [this, url = *url](std::string method, std::string target, std::string header,
                                      std::string value,
                                      std::function<void(Result<std::string>)> then) {
    HttpCall call;
    call.method = std::move(method);
    call.url = url;
    call.url.target = std::move(target);
    call.headers.emplace_back(std::move(header), std::move(value));
    call.timeout = kMetadataTimeout;
    FetchHttp(loop_, std::move(call), nullptr, [then](const Result<HttpAnswer>& answer) {
      if (!answer.ok()) return then(answer.error());
      if (answer->status == 200) return then(answer->body);
      then(Unavailable(fmt::format("the instance answered {}", answer->status)));
    });
  };
  const char* kSession = "X-aws-ec2-metadata-token";
  ask("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds", "21600",
      [=, this](const Result<std::string>& session) {
        if (!session.ok()) return done(NoCredentials(session.error().message()));
        ask("GET", std::string(kRolePath), kSession, *session,
            [=, this](const Result<std::string>& role) {
              if (!role.ok()) return done(NoCredentials(role.error().message()));
              const std::string name(Trimmed(role->substr(0, role->find('\n'))));
              ask("GET", std::string(kRolePath) + name, kSession, *session,
                  [=, this](const Result<std::string>& body) {
                    if (!body.ok()) return done(NoCredentials(body.error().message()));
                    done(ParseAwsAnswer(*body, clock_));
                  });
            });
      });
}

}  // namespace levelwind::kafka
