#include "api/http_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <list>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/http_session.h"
#include "api/tls_context.h"
#include "base/bounded_queue.h"
#include "base/log.h"

namespace levelwind::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kStopGrace = std::chrono::seconds(1);
constexpr auto kReloadPeriod = std::chrono::minutes(1);

struct Job {
  std::shared_ptr<HttpSession> session;
  Request request;
};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpServerOptions& options, Handler& handler)
      : options_(options),
        handler_(handler),
        acceptor_(io_),
        accept_pause_(io_),
        reload_(io_),
        reads_(options.queue_capacity, Overflow::kReject),
        commands_(options.queue_capacity, Overflow::kReject) {}

  Status Bind();
  void Run(std::stop_token stop);
  void RunLane(Lane lane, std::stop_token stop);
  std::uint16_t port() const { return port_; }
  std::string url() const {
    const bool v6 = options_.address.find(':') != std::string::npos;
    const char* const scheme = options_.tls ? "https" : "http";
    return v6 ? fmt::format("{}://[{}]:{}", scheme, options_.address, port_)
              : fmt::format("{}://{}:{}", scheme, options_.address, port_);
  }

 private:
  void ReloadLater();
  void Accept();
  void OnAccepted(tcp::socket socket);
  void MakeRoom();
  void OnRequest(const std::shared_ptr<HttpSession>& session, Request request);
  void BeginStop();
  BoundedQueue<Job>& QueueOf(Lane lane) { return lane == Lane::kCommand ? commands_ : reads_; }

  const HttpServerOptions options_;
  Handler& handler_;
  std::uint16_t port_ = 0;
  asio::io_context io_{1};  // outlives all that is bound to it: declared first, destroyed last
  tcp::acceptor acceptor_;
  asio::steady_timer accept_pause_;
  asio::steady_timer reload_;
  HttpSession::TlsContext tls_;  // null: plain TCP; I/O thread only, once it runs
  std::list<std::shared_ptr<HttpSession>> sessions_;  // longest silent first; I/O thread only
  bool stopping_ = false;                             // I/O thread only
  BoundedQueue<Job> reads_;
  BoundedQueue<Job> commands_;
};

Status HttpServer::Impl::Bind() {
  error_code error;
  const auto address = asio::ip::make_address(options_.address, error);
  if (error || (!options_.tls && !address.is_loopback())) {
    return InvalidArgument(
        fmt::format("listen address '{}': only loopback addresses (127.0.0.1, ::1) are accepted; "
                    "anything wider is refused until TLS and authentication exist",
                    options_.address));
  }
  if (options_.tls) {
    LW_ASSIGN_OR_RETURN(tls_, MakeTlsContext(options_.tls->cert_file, options_.tls->key_file));
  }
  const tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return FailedPrecondition(fmt::format(
        "listening on {}:{}: {}; stop what uses it or give another address with --listen",
        options_.address, options_.port, error.message()));
  }
  port_ = acceptor_.local_endpoint().port();
  return Ok();
}

void HttpServer::Impl::Run(std::stop_token stop) {
  std::stop_callback on_stop(stop, [this] { asio::post(io_, [this] { BeginStop(); }); });
  Accept();
  if (options_.tls) ReloadLater();
  while (!io_.stopped()) {
    try {
      io_.run();
    } catch (const std::exception& problem) {
      // One connection's trouble (memory, for example) must not end the others'.
      LW_ERROR("api", "a connection failed: {}", problem.what());
    }
  }
}

/// Certificates are renewed while we run: connections that come later get the new one.
void HttpServer::Impl::ReloadLater() {
  reload_.expires_after(kReloadPeriod);
  reload_.async_wait([this](error_code cancelled) {
    if (cancelled || stopping_) return;
    auto renewed = MakeTlsContext(options_.tls->cert_file, options_.tls->key_file);
    if (renewed.ok()) {
      tls_ = *std::move(renewed);
    } else {
      LW_WARN("api", "the certificate stays as it was: {}", renewed.error().message());
    }
    ReloadLater();
  });
}

void HttpServer::Impl::BeginStop() {
  stopping_ = true;
  error_code ignored;
  reload_.cancel();
  acceptor_.close(ignored);
  const auto open = sessions_;
  for (const auto& session : open) session->CloseWhenQuiet();
  accept_pause_.expires_after(kStopGrace);
  accept_pause_.async_wait([this](error_code) { io_.stop(); });
  if (sessions_.empty()) accept_pause_.cancel();
}

void HttpServer::Impl::Accept() {
  acceptor_.async_accept([this](error_code error, tcp::socket socket) {
    if (stopping_) return;
    if (!error) {
      OnAccepted(std::move(socket));
      return Accept();
    }
    // Out of descriptors, mostly: try again when some may be free, without spinning meanwhile.
    LW_WARN("api", "accepting a connection: {}", error.message());
    accept_pause_.expires_after(std::chrono::milliseconds(100));
    accept_pause_.async_wait([this](error_code cancelled) {
      if (!cancelled && !stopping_) Accept();
    });
  });
}

void HttpServer::Impl::OnAccepted(tcp::socket socket) {
  if (sessions_.size() >= options_.max_connections) MakeRoom();
  if (sessions_.size() >= options_.max_connections)
    return;  // all are being served: closes this one
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  auto session = std::make_shared<HttpSession>(
      std::move(socket), tls_, options_, handler_,
      [this](std::shared_ptr<HttpSession> asker, Request request) {
        OnRequest(asker, std::move(request));
      },
      [this](HttpSession* closed) {
        sessions_.remove_if([closed](const auto& entry) { return entry.get() == closed; });
        if (stopping_ && sessions_.empty()) accept_pause_.cancel();
      });
  sessions_.push_back(session);
  session->Start();
}

void HttpServer::Impl::MakeRoom() {
  for (const auto& session : sessions_) {
    if (session->answer_due()) continue;
    const auto keep = session;  // Close() takes it off the list
    return keep->Close();
  }
}

void HttpServer::Impl::OnRequest(const std::shared_ptr<HttpSession>& session, Request request) {
  const auto place = std::ranges::find(sessions_, session);
  if (place != sessions_.end()) sessions_.splice(sessions_.end(), sessions_, place);
  const Lane lane = handler_.LaneOf(request);
  if (lane == Lane::kProbe) return session->Send(handler_.Handle(request));
  if (!QueueOf(lane).Push({session, std::move(request)})) {
    session->Send(handler_.Refuse(503, "too many requests are waiting; try again"));
  }
}

void HttpServer::Impl::RunLane(Lane lane, std::stop_token stop) {
  while (!stop.stop_requested()) {
    auto job = QueueOf(lane).Pop(stop, std::chrono::seconds(60));
    if (job) job->session->SendFromAnyThread(handler_.Handle(job->request));
  }
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::Listen(const HttpServerOptions& options,
                                                       Handler& handler) {
  try {
    auto impl = std::make_unique<Impl>(options, handler);
    LW_RETURN_IF_ERROR(impl->Bind());
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
  } catch (const std::exception& problem) {
    return Unavailable(fmt::format("the HTTP server cannot start: {}", problem.what()));
  }
}

void HttpServer::Run(std::stop_token stop) { impl_->Run(std::move(stop)); }
void HttpServer::RunLane(Lane lane, std::stop_token stop) { impl_->RunLane(lane, std::move(stop)); }
std::uint16_t HttpServer::port() const { return impl_->port(); }
std::string HttpServer::url() const { return impl_->url(); }

}  // namespace levelwind::api
