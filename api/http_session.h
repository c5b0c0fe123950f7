#pragma once

// Internal to api/: the only files that know Boost are http_session, http_server and tls_*.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "api/http.h"
#include "api/http_server.h"

namespace levelwind::api {

/// One connection. Lives on the I/O thread; only SendFromAnyThread may be called from others.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  using Dispatch = std::function<void(std::shared_ptr<HttpSession>, Request)>;
  using Closed = std::function<void(HttpSession*)>;

  using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

  /// `tls`: null for plain TCP.
  HttpSession(boost::asio::ip::tcp::socket socket, TlsContext tls, const HttpServerOptions& options,
              const Handler& handler, Dispatch dispatch, Closed closed);

  void Start();
  void Close();
  /// No further request is read; one that is being handled is still answered.
  void CloseWhenQuiet();
  void Send(Response response);
  void SendFromAnyThread(Response response);

  /// Whether we owe this client an answer. If not, we wait for it: it may be closed to make room.
  bool answer_due() const { return answer_due_; }

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  using Tls = boost::asio::ssl::stream<boost::beast::tcp_stream&>;
  /// Calls `use` with the stream that requests come on.
  template <class Use>
  void OnStream(Use use) {
    if (tls_) {
      use(*tls_);
    } else {
      use(stream_);
    }
  }
  void KeepPeer();
  void WaitForRequest(Duration timeout);
  void ReadHeader();
  void ReadBody();
  void OnRequest();
  /// The status and reason to refuse with, if the request cannot be passed on.
  std::optional<std::pair<int, std::string>> Check(Request& request) const;
  void OnReadError(const boost::system::error_code& error);
  void RefuseAndClose(int status, std::string message);
  /// After the last answer: lets the client read it before the connection goes.
  void Linger();
  void Discard(std::size_t budget);

  boost::beast::tcp_stream stream_;
  const TlsContext tls_context_;
  std::unique_ptr<Tls> tls_;
  std::shared_ptr<const PeerCertificates> peer_;
  const HttpServerOptions& options_;
  const Handler& handler_;
  const Dispatch dispatch_;
  const Closed closed_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  bool handling_ = false;    // a request is complete and its answer not yet written
  bool answer_due_ = false;  // ... and not yet made
  bool keep_alive_ = true;
  bool head_only_ = false;
  bool closing_ = false;
  bool open_ = true;
  // The answer being written; the buffers point into these.
  std::string head_;
  std::vector<std::shared_ptr<const std::string>> body_;
};

}  // namespace levelwind::api
