#include "kafka/security/http_fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>

// Boost 1.74's awaitable.hpp needs std::exchange (from <utility>) and does not include it.
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/secret.h"
#include "base/text.h"
#include "kafka/security/tls_stream.h"

namespace levelwind::kafka {

namespace {

namespace http = boost::beast::http;

constexpr std::size_t kMostBody = std::size_t{64} << 10;
constexpr std::uint32_t kMostHeader = 16 << 10;

/// Keeps itself alive through the callbacks of its stream and timer, until Finish.
class Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(Loop& loop, HttpCall call, TlsContextPtr tls, std::function<void(Result<HttpAnswer>)> done)
      : call_(std::move(call)),
        stream_(loop.NewTcpStream()),
        timer_(loop.NewTimer()),
        done_(std::move(done)) {
    if (call_.url.tls) stream_ = NewTlsStream(loop, std::move(stream_), std::move(tls));
    parser_.eager(true);  // the body too
    parser_.body_limit(kMostBody);
    parser_.header_limit(kMostHeader);
  }

  void Start(Loop& loop) {
    auto self = shared_from_this();
    // What another server gave us (a session, a role's name) must not become headers of its own.
    const bool clean =
        IsClean(call_.url.target) && std::ranges::all_of(call_.headers, [](const auto& header) {
          return IsClean(header.first) && IsClean(header.second);
        });
    if (!clean) {
      return loop.Post([self] {
        self->Finish(InvalidArgument("a header or the path has a control character"));
      });
    }
    timer_->Start(call_.timeout, [self] {
      self->Finish(
          DeadlineExceeded("no answer within " + HumanDuration(ToSeconds(self->call_.timeout))));
    });
    stream_->Connect(call_.url.to, [self](const Status& status) {
      if (!status.ok()) return self->Finish(status.error());
      self->Send();
    });
  }

 private:
  static bool IsClean(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c != 0x7f; });
  }

  void Send() {
    auto self = shared_from_this();
    std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
                                   call_.method, call_.url.target, call_.url.host_header);
    text.reserve(text.size() + call_.body.size() + (std::size_t{8} << 10));
    for (const auto& [name, value] : call_.headers) text += name + ": " + value + "\r\n";
    if (call_.method != "GET") text += fmt::format("Content-Length: {}\r\n", call_.body.size());
    text += "\r\n" + call_.body;
    std::vector<std::uint8_t> bytes(text.begin(), text.end());
    // Requests for tokens have secrets in them.
    Wipe(text);
    Wipe(call_.body);
    for (auto& header : call_.headers) Wipe(header.second);
    stream_->Write(std::move(bytes), [self](const Status& status) {
      if (!status.ok()) self->Finish(status.error());
    });
    Read();
  }

  void Read() {
    stream_->Read([self = shared_from_this()](const Result<std::span<const std::uint8_t>>& bytes) {
      if (!bytes.ok()) return self->Finish(bytes.error());
      self->Take(*bytes);
    });
  }

  void Take(std::span<const std::uint8_t> bytes) {
    boost::beast::error_code error;
    if (bytes.empty()) {
      // Beast takes no answer at all for a complete one.
      const bool begun = parser_.is_header_done();
      if (begun) parser_.put_eof(error);
      if (!begun || error || !parser_.is_done()) {
        return Finish(Unavailable("it closed the connection before its answer was complete"));
      }
    }
    input_.insert(input_.end(), bytes.begin(), bytes.end());
    while (!input_.empty() && !parser_.is_done()) {
      const std::size_t used = parser_.put(boost::asio::buffer(input_), error);
      if (error == http::error::need_more) {
        error = {};
        if (used == 0) break;
      }
      if (error) return Finish(DataLoss("its answer is not acceptable HTTP: " + error.message()));
      if (used == 0) break;
      input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(used));
    }
    // Beast counts only whole lines.
    if (!parser_.is_header_done() && input_.size() > kMostHeader) {
      return Finish(DataLoss("its answer is not acceptable HTTP: the header is too long"));
    }
    if (!parser_.is_done()) return Read();
    Finish(HttpAnswer{static_cast<int>(parser_.get().result_int()), parser_.get().body()});
  }

  void Finish(Result<HttpAnswer> result) {
    auto done = std::exchange(done_, nullptr);
    if (!done) return;
    stream_->Close();
    timer_->Cancel();
    if (result.ok()) return done(std::move(result));
    done(result.error().Wrap("asking " + call_.url.to.ToString()));
  }

  HttpCall call_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Timer> timer_;
  std::function<void(Result<HttpAnswer>)> done_;
  http::response_parser<http::string_body> parser_;
  std::vector<std::uint8_t> input_;
};

}  // namespace

void FetchHttp(Loop& loop, HttpCall call, TlsContextPtr tls,
               std::function<void(Result<HttpAnswer>)> done) {
  std::make_shared<Fetch>(loop, std::move(call), std::move(tls), std::move(done))->Start(loop);
}

}  // namespace levelwind::kafka
