// libcurl against servers of the test's own.
#include "actions/notify/transport.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

namespace levelwind::actions {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

class HttpServer {
 public:
  HttpServer() {
    server_.Post("/ok", [this](const httplib::Request& request, httplib::Response& response) {
      body = request.body;
      header = request.get_header_value("X-Levelwind-Signature");
      response.status = 204;
    });
    server_.Post("/busy", [](const auto&, auto& response) { response.status = 503; });
    server_.Post("/gone", [](const auto&, auto& response) { response.status = 410; });
    server_.Post("/away", [](const auto&, auto& response) { response.set_redirect("/ok", 302); });
    server_.Post("/flood", [](const auto&, auto& response) {
      response.set_content(std::string(1 << 20, 'x'), "text/plain");
    });
    port = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    server_.wait_until_ready();
  }
  ~HttpServer() {
    server_.stop();
    thread_.join();
  }
  HttpMessage To(const std::string& path) const {
    return {
        "http://127.0.0.1:" + std::to_string(port) + path, {{"X-Levelwind-Signature", "s"}}, "{}"};
  }
  int port = 0;
  std::string body, header;

 private:
  httplib::Server server_;
  std::thread thread_;
};

TEST(CurlTransport, PostsAndTellsWhatMayPass) {
  HttpServer server;
  const auto transport = MakeCurlTransport(AddressGuard({"127.0.0.1"}), 5s);
  EXPECT_TRUE(transport->Post(server.To("/ok")).ok());
  EXPECT_EQ(server.body, "{}");
  EXPECT_EQ(server.header, "s");
  EXPECT_TRUE(transport->Post(server.To("/busy")).error().retriable());
  EXPECT_FALSE(transport->Post(server.To("/gone")).error().retriable());
  server.body.clear();
  const Status away = transport->Post(server.To("/away"));
  ASSERT_FALSE(away.ok());
  EXPECT_THAT(away.error().message(), HasSubstr("redirects are refused"));
  EXPECT_EQ(server.body, "") << "it was not followed";
  EXPECT_FALSE(transport->Post(server.To("/flood")).ok()) << "a megabyte of answer";
}

TEST(CurlTransport, WhatIsNotPublicIsNotConnectedTo) {
  HttpServer server;
  const auto transport = MakeCurlTransport(AddressGuard({}), 5s);
  EXPECT_FALSE(transport->Post(server.To("/ok")).ok()) << "plain http";
  HttpMessage message = server.To("/ok");
  message.url.replace(0, 4, "https");
  const Status sent = transport->Post(message);
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().code(), ErrorCode::kPermissionDenied);
  EXPECT_THAT(sent.error().message(), HasSubstr("notify.allow_hosts"));
  EXPECT_EQ(server.body, "");
}

/// A mail server of one conversation.
class MailServer {
 public:
  MailServer() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 1);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { Talk(); });
  }
  ~MailServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::string Url() const { return "smtp://127.0.0.1:" + std::to_string(port); }
  void Join() {
    if (thread_.joinable()) thread_.join();
    thread_ = std::thread([] {});
  }
  int port = 0;
  std::string heard;

 private:
  void Talk() {
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    const auto say = [&](const std::string& line) {
      static_cast<void>(::send(client, line.data(), line.size(), MSG_NOSIGNAL));
    };
    say("220 test\r\n");
    std::array<char, 4096> buffer{};
    bool data = false;
    for (ssize_t got = 0; (got = ::recv(client, buffer.data(), buffer.size(), 0)) > 0;) {
      const std::string text(buffer.data(), static_cast<std::size_t>(got));
      heard += text;
      if (data) {
        if (heard.find("\r\n.\r\n") == std::string::npos) continue;
        data = false;
        say("250 taken\r\n");
      } else if (text.starts_with("EHLO")) {
        say("250 test\r\n");
      } else if (text.starts_with("DATA")) {
        data = true;
        say("354 go on\r\n");
      } else if (text.starts_with("QUIT")) {
        say("221 bye\r\n");
        break;
      } else {
        say("250 ok\r\n");
      }
    }
    ::close(client);
  }
  int listener_ = -1;
  std::thread thread_;
};

MailMessage Mail(const MailServer& server, bool tls) {
  MailMessage mail;
  mail.server = server.Url();
  mail.tls = tls;
  mail.from = "levelwind@example.org";
  mail.to = {"a@example.org", "b@example.org"};
  mail.text = "Subject: x\r\n\r\nhello\r\n";
  return mail;
}

TEST(CurlTransport, SendsMail) {
  MailServer server;
  const auto transport = MakeCurlTransport(AddressGuard({"127.0.0.1"}), 5s);
  const Status sent = transport->Mail(Mail(server, false));
  ASSERT_TRUE(sent.ok()) << sent.error().message();
  server.Join();
  EXPECT_THAT(server.heard, HasSubstr("MAIL FROM:<levelwind@example.org>"));
  EXPECT_THAT(server.heard, HasSubstr("RCPT TO:<b@example.org>"));
  EXPECT_THAT(server.heard, HasSubstr("Subject: x\r\n\r\nhello\r\n.\r\n"));
}

TEST(CurlTransport, SendsNoMailWithoutTlsUnlessToldTo) {
  MailServer server;
  const auto transport = MakeCurlTransport(AddressGuard({"127.0.0.1"}), 5s);
  EXPECT_FALSE(transport->Mail(Mail(server, true)).ok());
  server.Join();
  EXPECT_EQ(server.heard.find("MAIL FROM"), std::string::npos);
}

}  // namespace
}  // namespace levelwind::actions
