#include "api/http_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>

#include "api/request_target.h"
#include "api/tls_context.h"

namespace levelwind::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

/// How much of a refused request is still read, and for how long: closing with unread bytes resets
/// the connection, and the client might lose the answer that says why.
constexpr auto kLingerTime = std::chrono::seconds(1);
constexpr std::size_t kLingerBytes = std::size_t{4} << 20;

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// "application/json; charset=utf-8" -> "application/json"
std::string MediaType(std::string_view header) {
  header = header.substr(0, header.find(';'));
  while (!header.empty() && header.back() == ' ') header.remove_suffix(1);
  std::string out(header);
  std::ranges::transform(out, out.begin(), Lower);
  return out;
}

std::string Head(const Response& response, bool keep_alive) {
  std::size_t length = 0;
  for (const auto& part : response.body) length += part->size();
  const auto reason = http::obsolete_reason(static_cast<http::status>(response.status));
  std::string head = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {}\r\n"
      "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
      "Content-Security-Policy: default-src 'none'\r\n",
      response.status, View(reason), response.content_type, length,
      keep_alive ? "keep-alive" : "close");
  for (const auto& [name, value] : response.headers) {
    head += fmt::format("{}: {}\r\n", name, value);
  }
  return head + "\r\n";
}

/// Status and words for what the parser did not take. 0: the client is gone or too slow; no answer.
std::pair<int, std::string> ReadProblem(const error_code& error) {
  if (error == http::error::header_limit) return {431, "the headers are larger than 16 KiB"};
  if (error == http::error::body_limit) return {413, "the body is larger than 1 MiB"};
  if (error == beast::error::timeout) return {0, ""};
  if (error.category() == http::make_error_code(http::error::bad_version).category() &&
      error != http::error::end_of_stream && error != http::error::partial_message) {
    return {400, "this is not a well-formed HTTP/1.1 request: " + error.message()};
  }
  return {0, ""};
}

}  // namespace

HttpSession::HttpSession(asio::ip::tcp::socket socket, TlsContext tls,
                         const HttpServerOptions& options, const Handler& handler,
                         Dispatch dispatch, Closed closed)
    : stream_(std::move(socket)),
      tls_context_(std::move(tls)),
      tls_(tls_context_ ? std::make_unique<Tls>(stream_, *tls_context_) : nullptr),
      options_(options),
      handler_(handler),
      dispatch_(std::move(dispatch)),
      closed_(std::move(closed)) {}

void HttpSession::Start() {
  if (tls_ == nullptr) return WaitForRequest(options_.header_timeout);
  stream_.expires_after(options_.header_timeout);
  tls_->async_handshake(asio::ssl::stream_base::server,
                        [self = shared_from_this()](error_code error) {
                          if (error) return self->Close();
                          self->KeepPeer();
                          self->WaitForRequest(self->options_.header_timeout);
                        });
}

void HttpSession::KeepPeer() {
  auto peer = std::make_shared<PeerCertificates>();
  peer->der = PeerChain(tls_->native_handle());
  if (!peer->der.empty()) peer_ = std::move(peer);
}

void HttpSession::Close() {
  if (!std::exchange(open_, false)) return;
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.close();
  closed_(this);
}

void HttpSession::CloseWhenQuiet() {
  closing_ = true;
  if (!handling_) Close();
}

void HttpSession::WaitForRequest(Duration timeout) {
  if (closing_) return Close();
  handling_ = false;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(options_.max_header_bytes));
  parser_->body_limit(options_.max_body_bytes);
  if (buffer_.size() > 0) return ReadHeader();  // pipelined
  stream_.expires_after(timeout);
  OnStream([this](auto& stream) {
    stream.async_read_some(buffer_.prepare(4096),
                           [self = shared_from_this()](error_code error, std::size_t bytes) {
                             if (error) return self->Close();
                             self->buffer_.commit(bytes);
                             self->ReadHeader();
                           });
  });
}

void HttpSession::ReadHeader() {
  stream_.expires_after(options_.header_timeout);
  OnStream([this](auto& stream) {
    http::async_read_header(stream, buffer_, *parser_,
                            [self = shared_from_this()](error_code error, std::size_t) {
                              if (error) return self->OnReadError(error);
                              self->ReadBody();
                            });
  });
}

void HttpSession::ReadBody() {
  stream_.expires_after(options_.body_timeout);
  OnStream([this](auto& stream) {
    http::async_read(stream, buffer_, *parser_,
                     [self = shared_from_this()](error_code error, std::size_t) {
                       if (error) return self->OnReadError(error);
                       self->OnRequest();
                     });
  });
}

std::optional<std::pair<int, std::string>> HttpSession::Check(Request& request) const {
  const auto& message = parser_->get();
  // Over TLS whoever asks has to show who they are, which no page in a browser can borrow.
  if (tls_ == nullptr && (message.count(http::field::host) != 1 ||
                          !IsLoopbackAuthority(View(message[http::field::host])))) {
    return std::pair(421,
                     "the Host header must be one that names the loopback (localhost, "
                     "127.0.0.1, [::1])");
  }
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (!reads && message.count(http::field::origin) > 0 &&
      !IsLoopbackOrigin(View(message[http::field::origin]))) {
    return std::pair(403, "requests that change something are not taken from other origins");
  }
  if (Status target = ParseTarget(View(message.target()), request); !target.ok()) {
    return std::pair(400, target.error().message());
  }
  return std::nullopt;
}

void HttpSession::OnRequest() {
  auto& message = parser_->get();
  handling_ = true;
  keep_alive_ = message.keep_alive();
  Request request;
  request.method = std::string(View(message.method_string()));
  head_only_ = request.method == "HEAD";
  if (auto refusal = Check(request)) {
    return RefuseAndClose(refusal->first, std::move(refusal->second));
  }
  request.content_type = MediaType(View(message[http::field::content_type]));
  request.accept = std::string(View(message[http::field::accept]));
  request.author = std::string(View(message["X-Levelwind-Author"]));
  request.body = std::move(message.body());
  if (tls_ != nullptr) {
    request.peer = peer_;
    for (const auto& field : message) {
      std::string name(View(field.name_string()));
      std::ranges::transform(name, name.begin(), Lower);
      request.headers.emplace_back(std::move(name), View(field.value()));
    }
  }
  stream_.expires_never();
  answer_due_ = true;
  dispatch_(shared_from_this(), std::move(request));
}

void HttpSession::OnReadError(const error_code& error) {
  auto [status, message] = ReadProblem(error);
  if (status == 0) return Close();
  handling_ = true;
  RefuseAndClose(status, std::move(message));
}

void HttpSession::RefuseAndClose(int status, std::string message) {
  keep_alive_ = false;
  Send(handler_.Refuse(status, std::move(message)));
}

void HttpSession::Send(Response response) {
  if (!open_) return;
  answer_due_ = false;
  keep_alive_ = keep_alive_ && !closing_;
  head_ = Head(response, keep_alive_);
  body_ = std::move(response.body);
  std::vector<asio::const_buffer> parts = {asio::buffer(head_)};
  if (!head_only_) {
    for (const auto& part : body_) parts.push_back(asio::buffer(*part));
  }
  stream_.expires_after(options_.write_timeout);
  OnStream([this, &parts](auto& stream) {
    asio::async_write(stream, std::move(parts),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        self->body_.clear();
                        if (error || self->closing_) return self->Close();
                        if (!self->keep_alive_) return self->Linger();
                        self->WaitForRequest(self->options_.idle_timeout);
                      });
  });
}

void HttpSession::Linger() {
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLingerTime);
  Discard(kLingerBytes);
}

void HttpSession::Discard(std::size_t budget) {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(std::size_t{16} << 10),
                          [self = shared_from_this(), budget](error_code error, std::size_t bytes) {
                            if (error || bytes >= budget) return self->Close();
                            self->Discard(budget - bytes);
                          });
}

void HttpSession::SendFromAnyThread(Response response) {
  asio::post(stream_.get_executor(),
             [self = shared_from_this(), answer = std::move(response)]() mutable {
               self->Send(std::move(answer));
             });
}

}  // namespace levelwind::api
