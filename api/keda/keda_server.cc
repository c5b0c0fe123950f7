#ifdef LEVELWIND_KEDA

#include "api/keda/keda_server.h"

#include <externalscaler.grpc.pb.h>
#include <fmt/format.h>
#include <grpc/support/time.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <exception>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/scaling_answer.h"
#include "api/tls_files.h"
#include "base/log.h"
#include "base/text.h"

namespace levelwind::api {
namespace {

namespace wire = externalscaler;

constexpr const char* kMetric = "levelwind-desired-members";
constexpr int kMostMessage = 64 * 1024;
constexpr unsigned kCertificateReloadS = 60;

grpc::StatusCode GrpcCodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case ErrorCode::kNotFound:
      return grpc::StatusCode::NOT_FOUND;
    case ErrorCode::kFailedPrecondition:
      return grpc::StatusCode::FAILED_PRECONDITION;
    case ErrorCode::kUnavailable:
      return grpc::StatusCode::UNAVAILABLE;
    case ErrorCode::kResourceExhausted:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    default:
      return grpc::StatusCode::INTERNAL;
  }
}

grpc::Status GrpcStatus(const Error& error) { return {GrpcCodeOf(error.code()), error.message()}; }

struct Asked {
  std::string cluster, group;
};

/// What a trigger's metadata names.
Result<Asked> ReadMetadata(const wire::ScaledObjectRef& ref) {
  const auto& metadata = ref.scalermetadata();
  const auto group = metadata.find("group");
  if (group == metadata.end() || group->second.empty()) {
    return InvalidArgument(fmt::format(
        "the trigger of ScaledObject {}/{} names no group; give its metadata a key 'group'",
        EscapeControl(ref.namespace_()), EscapeControl(ref.name())));
  }
  const auto cluster = metadata.find("cluster");
  return Asked{cluster == metadata.end() ? "" : cluster->second, group->second};
}

/// One open StreamIsActive. gRPC's threads call the On... methods; it ends itself in OnDone.
class Stream;

class Service final : public wire::ExternalScaler::CallbackService {
 public:
  Service(const Published<ScalingView>& views, const Clock& clock, std::size_t max_streams)
      : views_(views), clock_(clock), max_streams_(max_streams) {}

  grpc::ServerUnaryReactor* IsActive(grpc::CallbackServerContext* context,
                                     const wire::ScaledObjectRef* ref,
                                     wire::IsActiveResponse* answer) override {
    return Unary(context, [&]() -> Status {
      LW_ASSIGN_OR_RETURN(const Asked asked, ReadMetadata(*ref));
      LW_ASSIGN_OR_RETURN(const ServedScaling served, Ask(asked));
      answer->set_result(api::IsActive(served.decision()));
      return Ok();
    });
  }

  grpc::ServerUnaryReactor* GetMetricSpec(grpc::CallbackServerContext* context,
                                          const wire::ScaledObjectRef* ref,
                                          wire::GetMetricSpecResponse* answer) override {
    return Unary(context, [&]() -> Status {
      LW_ASSIGN_OR_RETURN(const Asked asked, ReadMetadata(*ref));
      // It is the same whatever is decided: data that is missing for now is no reason to refuse it,
      // since KEDA makes no HPA without it.
      const auto served = Ask(asked);
      if (!served.ok() && served.error().code() != ErrorCode::kUnavailable) return served.error();
      wire::MetricSpec& spec = *answer->add_metricspecs();
      spec.set_metricname(kMetric);
      spec.set_targetsize(1);
      spec.set_targetsizefloat(1);
      return Ok();
    });
  }

  grpc::ServerUnaryReactor* GetMetrics(grpc::CallbackServerContext* context,
                                       const wire::GetMetricsRequest* request,
                                       wire::GetMetricsResponse* answer) override {
    return Unary(context, [&]() -> Status {
      LW_ASSIGN_OR_RETURN(const Asked asked, ReadMetadata(request->scaledobjectref()));
      if (request->metricname() != kMetric) {
        return InvalidArgument(fmt::format("there is no metric '{}'; the only one is {}",
                                           EscapeControl(request->metricname()), kMetric));
      }
      LW_ASSIGN_OR_RETURN(const ServedScaling served, Ask(asked));
      wire::MetricValue& value = *answer->add_metricvalues();
      value.set_metricname(kMetric);
      value.set_metricvalue(served.decision().desired);
      value.set_metricvaluefloat(static_cast<double>(served.decision().desired));
      return Ok();
    });
  }

  grpc::ServerWriteReactor<wire::IsActiveResponse>* StreamIsActive(
      grpc::CallbackServerContext* context, const wire::ScaledObjectRef* ref) override;

  Result<ServedScaling> Ask(const Asked& asked) const {
    return AnswerScaling(views_.Get(), asked.cluster, asked.group, clock_.WallNow());
  }
  void Step();
  void EndStreams();
  std::size_t open_streams() const {
    const std::lock_guard lock(mutex_);
    return streams_.size();
  }
  void Forget(Stream* stream) {
    const std::lock_guard lock(mutex_);
    streams_.erase(stream);
  }

 private:
  template <class Answer>
  static grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, Answer answer) {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    try {
      const Status status = answer();
      reactor->Finish(status.ok() ? grpc::Status::OK : GrpcStatus(status.error()));
    } catch (const std::exception& problem) {
      LW_ERROR("keda", "a request could not be answered: {}", problem.what());
      reactor->Finish(GrpcStatus(Internal("the request could not be answered; the log says why")));
    }
    return reactor;
  }

  const Published<ScalingView>& views_;
  const Clock& clock_;
  const std::size_t max_streams_;
  mutable std::mutex mutex_;
  std::set<Stream*> streams_;
};

class Stream final : public grpc::ServerWriteReactor<wire::IsActiveResponse> {
 public:
  Stream(Service& service, Asked asked) : service_(service), asked_(std::move(asked)) {}

  /// Looks again, and writes what changed. While one answer is on its way nothing is written; what
  /// is true when it has left is looked at then.
  void Look() {
    const auto served = service_.Ask(asked_);
    const std::lock_guard lock(mutex_);
    if (over_) return;
    if (!served.ok()) {
      // No news for now is no reason to hang up; a group that is not (any more) served is.
      if (served.error().code() != ErrorCode::kUnavailable) End(GrpcStatus(served.error()));
      return;
    }
    const bool active = api::IsActive(served->decision());
    if (writing_ || told_ == active) return;
    told_ = active;
    writing_ = true;
    answer_.set_result(active);
    StartWrite(&answer_);
  }
  void Refuse(const Error& error) {
    const std::lock_guard lock(mutex_);
    End(GrpcStatus(error));
  }

  void OnWriteDone(bool ok) override {
    {
      const std::lock_guard lock(mutex_);
      writing_ = false;
      if (!ok) End(grpc::Status::CANCELLED);
      if (over_) return;
    }
    Look();
  }
  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    End(grpc::Status::CANCELLED);
  }
  void OnDone() override {
    service_.Forget(this);
    delete this;
  }

 private:
  void End(const grpc::Status& status) {
    if (std::exchange(over_, true)) return;
    Finish(status);
  }

  Service& service_;
  const Asked asked_;
  std::mutex mutex_;
  wire::IsActiveResponse answer_;
  std::optional<bool> told_;
  bool writing_ = false;
  bool over_ = false;
};

grpc::ServerWriteReactor<wire::IsActiveResponse>* Service::StreamIsActive(
    grpc::CallbackServerContext*, const wire::ScaledObjectRef* ref) {
  auto asked = ReadMetadata(*ref);
  auto* const stream = new Stream(*this, asked.ok() ? *asked : Asked{});
  if (!asked.ok()) {
    stream->Refuse(asked.error());
    return stream;
  }
  {
    const std::lock_guard lock(mutex_);
    if (streams_.size() >= max_streams_) {
      stream->Refuse(Error(ErrorCode::kResourceExhausted,
                           fmt::format("{} streams are open, which is the limit", max_streams_)));
      return stream;
    }
    streams_.insert(stream);
  }
  stream->Look();
  return stream;
}

void Service::Step() {
  const std::lock_guard lock(mutex_);
  for (Stream* const stream : streams_) stream->Look();
}

void Service::EndStreams() {
  const std::lock_guard lock(mutex_);
  for (Stream* const stream : streams_) stream->Refuse(Unavailable("the daemon is stopping"));
}

class GrpcKedaServer final : public KedaServer {
 public:
  GrpcKedaServer(const Published<ScalingView>& views, const Clock& clock, std::size_t max_streams)
      : service_(views, clock, max_streams) {}
  ~GrpcKedaServer() override {
    if (server_ == nullptr) return;
    service_.EndStreams();
    server_->Shutdown(gpr_time_0(GPR_CLOCK_REALTIME));
    server_->Wait();
  }

  Status Listen(const KedaOptions& options, bool tls) {
    const bool v6 = options.address.find(':') != std::string::npos;
    const std::string where = v6 ? fmt::format("[{}]:{}", options.address, options.port)
                                 : fmt::format("{}:{}", options.address, options.port);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort(where, tls ? Credentials(options) : grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(&service_);
    builder.SetMaxReceiveMessageSize(kMostMessage);
    // Otherwise a second server could take the same port and get every other connection.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port == 0) {
      server_ = nullptr;
      return FailedPrecondition(fmt::format(
          "the KEDA scaler cannot listen on {}; stop what uses it or choose another port", where));
    }
    port_ = static_cast<std::uint16_t>(port);
    return Ok();
  }

  void Step() override { service_.Step(); }
  std::uint16_t port() const override { return port_; }
  std::size_t open_streams() const override { return service_.open_streams(); }

 private:
  /// Certificates are read again each minute, so that renewed ones take effect.
  static std::shared_ptr<grpc::ServerCredentials> Credentials(const KedaOptions& options) {
    namespace tls = grpc::experimental;
    const bool known = !options.client_ca_file.empty();
    auto provider = known ? std::make_shared<tls::FileWatcherCertificateProvider>(
                                options.key_file, options.cert_file, options.client_ca_file,
                                kCertificateReloadS)
                          : std::make_shared<tls::FileWatcherCertificateProvider>(
                                options.key_file, options.cert_file, kCertificateReloadS);
    tls::TlsServerCredentialsOptions credentials(std::move(provider));
    credentials.watch_identity_key_cert_pairs();
    if (known) {
      credentials.watch_root_certs();
      credentials.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    } else {
      credentials.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
    }
    return tls::TlsServerCredentials(credentials);
  }

  Service service_;
  std::unique_ptr<grpc::Server> server_;
  std::uint16_t port_ = 0;
};

/// Whether TLS is on; an error for whatever is half secured.
Result<bool> CheckOptions(const KedaOptions& options) {
  LW_ASSIGN_OR_RETURN(const bool loopback, IsLoopbackAddress(options.address));
  const bool tls = !options.cert_file.empty();
  if (tls != !options.key_file.empty()) {
    return InvalidArgument(
        "the KEDA scaler has a certificate without a key or a key without a "
        "certificate; give both or none");
  }
  if (!tls && !options.client_ca_file.empty()) {
    return InvalidArgument(
        "the KEDA scaler has a client CA but no certificate of its own; clients "
        "can only be told by their certificates over TLS");
  }
  if (!loopback && !tls && !options.allow_plaintext) {
    return InvalidArgument(
        fmt::format("the KEDA scaler is to listen on {} without TLS; give a "
                    "certificate and a key, or allow plaintext explicitly",
                    options.address));
  }
  if (!loopback && tls && options.client_ca_file.empty() && !options.allow_anonymous) {
    return InvalidArgument(
        fmt::format("the KEDA scaler is to listen on {} for any client; give a "
                    "client CA, or allow anonymous clients explicitly",
                    options.address));
  }
  if (tls) LW_RETURN_IF_ERROR(CheckCertificateAndKey(options.cert_file, options.key_file));
  if (!options.client_ca_file.empty()) LW_RETURN_IF_ERROR(CheckCaFile(options.client_ca_file));
  return tls;
}

}  // namespace

Result<std::unique_ptr<KedaServer>> KedaServer::Start(const KedaOptions& options,
                                                      const Published<ScalingView>& views,
                                                      const Clock& clock) {
  LW_ASSIGN_OR_RETURN(const bool tls, CheckOptions(options));
  auto server = std::make_unique<GrpcKedaServer>(views, clock, options.max_streams);
  LW_RETURN_IF_ERROR(server->Listen(options, tls));
  return std::unique_ptr<KedaServer>(std::move(server));
}

}  // namespace levelwind::api

#endif
