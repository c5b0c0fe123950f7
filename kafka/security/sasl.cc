#include "kafka/security/sasl.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "kafka/security/crypto.h"

namespace levelwind::kafka {

namespace {

using crypto::Bytes;

constexpr char kSeparator = '\x01';  // between the parts of OAUTHBEARER's message

Error Unexpected(const SaslExchange& exchange, std::string_view what) {
  return {ErrorCode::kUnauthenticated,
          fmt::format("the broker's {} answer is not acceptable: {}", exchange.mechanism(), what)};
}

class PlainExchange final : public SaslExchange {
 public:
  PlainExchange(std::string username, Secret password)
      : username_(std::move(username)), password_(std::move(password)) {}

  std::string_view mechanism() const override { return "PLAIN"; }
  std::string Who() const override {
    return fmt::format("user '{}' with PLAIN", EscapeControl(username_));
  }
  Result<Bytes> Start() override {
    const std::string_view password = password_.Reveal();
    if (username_.find('\0') != username_.npos || password.find('\0') != password.npos) {
      return InvalidArgument("user names and passwords of PLAIN cannot have a NUL character");
    }
    Bytes out;
    out.reserve(username_.size() + password.size() + 2);
    out.push_back(0);
    out.insert(out.end(), username_.begin(), username_.end());
    out.push_back(0);
    out.insert(out.end(), password.begin(), password.end());
    return out;
  }
  Result<std::optional<Bytes>> Next(std::span<const std::uint8_t> answer) override {
    if (!answer.empty()) return Unexpected(*this, "it goes on after the end");
    return std::optional<Bytes>();
  }

 private:
  const std::string username_;
  const Secret password_;
};

class OauthExchange final : public SaslExchange {
 public:
  OauthExchange(Secret token, std::vector<std::string> extensions)
      : token_(std::move(token)), extensions_(std::move(extensions)) {}

  std::string_view mechanism() const override { return "OAUTHBEARER"; }
  std::string Who() const override { return "an OAUTHBEARER token"; }
  std::string Refusal() const override { return refusal_; }

  Result<Bytes> Start() override {
    std::string text = "n,,";
    text += kSeparator;
    text += "auth=Bearer ";
    const std::string_view token = token_.Reveal();
    text.reserve(text.size() + token.size() + 1024);  // no second, unwiped copy
    text += token;
    for (const std::string& extension : extensions_) {
      text += kSeparator;
      text += extension;
    }
    text += kSeparator;
    text += kSeparator;
    Bytes out(text.begin(), text.end());
    Wipe(text);
    return out;
  }

  /// Success is empty; a refusal is a JSON document that wants one byte as an answer and is then
  /// followed by Kafka's error.
  Result<std::optional<Bytes>> Next(std::span<const std::uint8_t> answer) override {
    if (refused_) return Unexpected(*this, "it goes on after it refused the token");
    if (answer.empty()) return std::optional<Bytes>();
    refused_ = true;
    const auto json = nlohmann::json::parse(answer.begin(), answer.end(), nullptr, false);
    if (json.is_object() && json.contains("status") && json["status"].is_string()) {
      refusal_ = EscapeControl(json["status"].get<std::string>().substr(0, 200));
    }
    return std::optional(Bytes{static_cast<std::uint8_t>(kSeparator)});
  }

 private:
  const Secret token_;
  const std::vector<std::string> extensions_;
  bool refused_ = false;
  std::string refusal_;
};

class MskIamExchange final : public SaslExchange {
 public:
  explicit MskIamExchange(Secret payload) : payload_(std::move(payload)) {}

  std::string_view mechanism() const override { return "AWS_MSK_IAM"; }
  std::string Who() const override { return "AWS credentials with AWS_MSK_IAM"; }
  Result<Bytes> Start() override {
    const std::string_view text = payload_.Reveal();
    return Bytes(text.begin(), text.end());
  }
  Result<std::optional<Bytes>> Next(std::span<const std::uint8_t> answer) override {
    const auto json = nlohmann::json::parse(answer.begin(), answer.end(), nullptr, false);
    if (done_ || !json.is_object()) return Unexpected(*this, "it is not one JSON document");
    done_ = true;
    return std::optional<Bytes>();
  }

 private:
  const Secret payload_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<SaslExchange> NewPlainExchange(std::string username, Secret password) {
  return std::make_unique<PlainExchange>(std::move(username), std::move(password));
}

std::unique_ptr<SaslExchange> NewOauthExchange(Secret token, std::vector<std::string> extensions) {
  return std::make_unique<OauthExchange>(std::move(token), std::move(extensions));
}

std::unique_ptr<SaslExchange> NewMskIamExchange(Secret payload) {
  return std::make_unique<MskIamExchange>(std::move(payload));
}

}  // namespace levelwind::kafka
