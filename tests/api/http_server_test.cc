#include "api/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/api/server_fixture.h"

namespace levelwind::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A TCP client that sends exactly what it is told.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { close(fd_); }

  bool connected() const { return connected_; }
  void Send(const std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
      const ssize_t n = send(fd_, text.data() + done, text.size() - done, MSG_NOSIGNAL);
      if (n <= 0) return;
      done += static_cast<std::size_t>(n);
    }
  }
  /// Reads until `count` header blocks with their bodies' first bytes came, the peer closed, or 10
  /// s.
  std::string ReadUntil(const std::string& mark, int count = 1) {
    while (Count(mark) < count && ReadSome(seconds(10))) {
    }
    return text_;
  }
  std::string ReadAll() {
    while (ReadSome(seconds(10))) {
    }
    return text_;
  }
  /// Whether the peer closed within `patience`.
  bool ClosedWithin(milliseconds patience) {
    while (ReadSome(patience)) {
    }
    return closed_;
  }

 private:
  int Count(const std::string& mark) const {
    int count = 0;
    for (std::size_t at = text_.find(mark); at != std::string::npos;
         at = text_.find(mark, at + 1)) {
      ++count;
    }
    return count;
  }
  bool ReadSome(milliseconds patience) {
    pollfd entry{fd_, POLLIN, 0};
    if (poll(&entry, 1, static_cast<int>(patience.count())) <= 0) return false;
    static thread_local char buffer[1 << 16];
    const ssize_t n = recv(fd_, buffer, sizeof(buffer), 0);
    closed_ = n <= 0;
    if (n > 0) text_.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }

  int fd_;
  bool connected_ = false;
  bool closed_ = false;
  std::string text_;
};

std::string GetText(const std::string& target, const std::string& more = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}

class HttpServerTest : public testing::ServerFixture {
 protected:
  /// Sends `text`, and reads until the server closes.
  std::string Exchange(const std::string& text) {
    RawClient client(server_->port());
    client.Send(text);
    return client.ReadAll();
  }
  std::string Healthy() { return Exchange(GetText("/-/healthy", "Connection: close\r\n")); }
};

TEST_F(HttpServerTest, ServesWithTheUsualHeaders) {
  Start();
  const std::string answer = Healthy();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\nhealthy\n")) << answer;
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  Start();
  RawClient client(server_->port());
  // Mixed lanes: the slow lane's answer must not be overtaken by a probe's.
  client.Send(GetText("/api/v1/proposals") + GetText("/-/healthy") + GetText("/nothing") +
              GetText("/-/healthy", "Connection: close\r\n"));
  const std::string answers = client.ReadAll();
  const std::size_t list = answers.find("\"proposals\":[]");
  const std::size_t healthy = answers.find("healthy\n");
  const std::size_t nothing = answers.find("404 Not Found");
  ASSERT_NE(list, std::string::npos) << answers;
  ASSERT_NE(nothing, std::string::npos) << answers;
  EXPECT_LT(list, healthy);
  EXPECT_LT(healthy, nothing);
  EXPECT_LT(nothing, answers.rfind("healthy\n"));
}

TEST_F(HttpServerTest, HeadHasHeadersOnly) {
  Start();
  const std::string answer =
      Exchange("HEAD /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(HttpServerTest, RefusesOtherHosts) {
  Start();
  for (const char* host : {"Host: evil.com\r\n", "Host: 127.0.0.1.evil.com:80\r\n", "",
                           "Host: localhost\r\nHost: evil.com\r\n", "Host:\r\n"}) {
    EXPECT_THAT(Exchange(std::string("GET /-/healthy HTTP/1.1\r\n") + host + "\r\n"),
                StartsWith("HTTP/1.1 421 "))
        << host;
  }
}

TEST_F(HttpServerTest, RefusesChangesFromOtherOrigins) {
  Start();
  const std::string post =
      "POST /api/v1/proposals/p1/apply HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
      "Content-Type: application/json\r\nX-Levelwind-Author: x\r\nConnection: close\r\n";
  EXPECT_THAT(Exchange(post + "Origin: http://evil.com\r\n\r\n{}"), StartsWith("HTTP/1.1 403 "));
  EXPECT_TRUE(backend_.commands.empty());
  EXPECT_THAT(Exchange(post + "Origin: http://localhost:8844\r\n\r\n{}"),
              StartsWith("HTTP/1.1 202 "));
}

TEST_F(HttpServerTest, RefusesWhatIsNotWellFormed) {
  Start();
  for (const std::string& text :
       {std::string("\r\n\r\n\r\nGARBAGE\r\n\r\n"), std::string("GET /\r\n\r\n"),
        std::string("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"),
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n", 27),
        std::string("GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n", 36),
        GetText("/..%2f..%2fetc/passwd/.."), GetText("http://localhost/metrics"), GetText("//x"),
        GetText("/-/healthy", "Content-Length: 1\r\nContent-Length: 2\r\n"),
        GetText("/-/healthy", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        GetText("/-/healthy", "Transfer-Encoding: chunked\r\n") + "zz\r\n"}) {
    EXPECT_THAT(Exchange(text), StartsWith("HTTP/1.1 400 ")) << text;
  }
  EXPECT_THAT(Healthy(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, RefusesOversizedHeadersAndBodies) {
  Start();
  EXPECT_THAT(Exchange(GetText("/-/healthy", "X: " + std::string(17'000, 'a') + "\r\n")),
              StartsWith("HTTP/1.1 431 "));
  const std::string post = "POST /api/v1/proposals HTTP/1.1\r\nHost: localhost\r\n";
  EXPECT_THAT(Exchange(post + "Content-Length: 1048577\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Exchange(post + "Content-Length: 99999999999999999999\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
  std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 20; ++i) chunked += "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  EXPECT_THAT(Exchange(chunked), StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(backend_.commands.empty());
}

TEST_F(HttpServerTest, StalledClientsDoNotHoldUpOthersAndAreClosed) {
  HttpServerOptions options;
  options.header_timeout = milliseconds(300);
  options.body_timeout = milliseconds(300);
  Start(options);
  std::vector<std::unique_ptr<RawClient>> stalled;
  for (int i = 0; i < 50; ++i) {
    stalled.push_back(std::make_unique<RawClient>(server_->port()));
    ASSERT_TRUE(stalled.back()->connected());
    if (i % 3 == 0) stalled.back()->Send("GET /-/hea");
    if (i % 3 == 1) {
      stalled.back()->Send(
          "POST /api/v1/proposals HTTP/1.1\r\nHost: localhost\r\n"
          "Content-Length: 100\r\n\r\n{");
    }
  }
  EXPECT_THAT(Healthy(), StartsWith("HTTP/1.1 200 "));
  for (const auto& client : stalled) EXPECT_TRUE(client->ClosedWithin(seconds(10)));
}

TEST_F(HttpServerTest, DrippingHeadersDoNotExtendTheDeadline) {
  HttpServerOptions options;
  options.header_timeout = milliseconds(400);
  Start(options);
  RawClient client(server_->port());
  bool closed = false;
  for (int i = 0; i < 100 && !closed; ++i) {
    client.Send("X");
    closed = client.ClosedWithin(milliseconds(50));
  }
  EXPECT_TRUE(closed) << "one byte every 50 ms kept the connection open for 5 s";
}

/// Answers with more bytes than any socket buffer takes.
class LongAnswer final : public Handler {
 public:
  static constexpr std::size_t kBytes = std::size_t{64} << 20;

  Lane LaneOf(const Request&) const override { return Lane::kProbe; }
  Response Handle(const Request&) override {
    Response response;
    response.body.push_back(body_);
    return response;
  }
  Response Refuse(int status, std::string message) const override {
    return TextResponse(status, "text/plain", std::move(message));
  }

 private:
  const std::shared_ptr<const std::string> body_ = std::make_shared<std::string>(kBytes, 'x');
};

TEST(HttpServerWrite, ClientsThatDoNotReadAreClosed) {
  LongAnswer handler;
  HttpServerOptions options;
  options.port = 0;
  options.write_timeout = milliseconds(3000);
  const auto server = HttpServer::Listen(options, handler);
  ASSERT_TRUE(server.ok());
  const std::jthread io([&](std::stop_token stop) { (*server)->Run(stop); });
  RawClient lazy((*server)->port());
  lazy.Send(GetText("/"));
  // One that reads gets all of it meanwhile.
  RawClient eager((*server)->port());
  eager.Send(GetText("/", "Connection: close\r\n"));
  EXPECT_GT(eager.ReadAll().size(), LongAnswer::kBytes);
  std::this_thread::sleep_for(milliseconds(4000));
  EXPECT_LT(lazy.ReadAll().size(), LongAnswer::kBytes);
}

TEST_F(HttpServerTest, AtTheCapTheLongestSilentClientMakesRoom) {
  HttpServerOptions options;
  options.max_connections = 8;
  Start(options);
  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 8; ++i) silent.push_back(std::make_unique<RawClient>(server_->port()));
  // The first one speaks: it is the second that has been silent longest.
  silent[0]->Send(GetText("/-/healthy"));
  EXPECT_THAT(silent[0]->ReadUntil("healthy\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Healthy(), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(silent[1]->ClosedWithin(seconds(10)));
  EXPECT_FALSE(silent[0]->ClosedWithin(milliseconds(50)));
}

TEST_F(HttpServerTest, ACommandThatWaitsHoldsUpNothingElse) {
  testing::FillBackend(backend_, clock_.Now());
  backend_.plan_blocked = true;
  Start();
  RawClient planner(server_->port());
  planner.Send(
      "POST /api/v1/proposals HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
      "Content-Type: application/json\r\nX-Levelwind-Author: x\r\n\r\n{}");
  {
    std::unique_lock lock(backend_.mutex);
    ASSERT_TRUE(
        backend_.changed.wait_for(lock, seconds(10), [&] { return backend_.plans_waiting == 1; }));
  }
  EXPECT_THAT(Healthy(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Exchange(GetText("/api/v1/brokers", "Connection: close\r\n")),
              StartsWith("HTTP/1.1 200 "));
  {
    std::lock_guard lock(backend_.mutex);
    backend_.plan_blocked = false;
  }
  backend_.changed.notify_all();
  EXPECT_THAT(planner.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 201 "));
}

TEST_F(HttpServerTest, AFullQueueAnswers503) {
  testing::FillBackend(backend_, clock_.Now());
  backend_.plan_blocked = true;
  HttpServerOptions options;
  options.queue_capacity = 1;
  Start(options);
  const std::string post =
      "POST /api/v1/proposals HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
      "Content-Type: application/json\r\nX-Levelwind-Author: x\r\nConnection: close\r\n\r\n{}";
  RawClient first(server_->port());
  first.Send(post);
  {
    std::unique_lock lock(backend_.mutex);
    ASSERT_TRUE(
        backend_.changed.wait_for(lock, seconds(10), [&] { return backend_.plans_waiting == 1; }));
  }
  // One waits in the queue, one is refused; which is which is up to the kernel.
  RawClient second(server_->port());
  RawClient third(server_->port());
  second.Send(post);
  third.Send(post);
  const auto refused = [](RawClient& client) {
    return client.ClosedWithin(milliseconds(500)) && client.ReadAll().starts_with("HTTP/1.1 503 ");
  };
  const int refusals = (refused(second) ? 1 : 0) + (refused(third) ? 1 : 0);
  EXPECT_EQ(refusals, 1);
  {
    std::lock_guard lock(backend_.mutex);
    backend_.plan_blocked = false;
  }
  backend_.changed.notify_all();
}

TEST_F(HttpServerTest, StopsPromptlyWithClientsConnected_I14) {
  Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(std::make_unique<RawClient>(server_->port()));
  clients[0]->Send(GetText("/-/healthy"));
  clients[0]->ReadUntil("healthy\n");
  Stop();  // would hang, and time the test out, if it waited for the clients
  for (const auto& client : clients) EXPECT_TRUE(client->ClosedWithin(seconds(5)));
}

TEST(HttpServerListen, RefusesWideAddressesAndPortsInUse) {
  testing::FakeBackend backend;
  SystemClock clock;
  Api api(backend, clock, {});
  HttpServerOptions options;
  for (const char* address : {"0.0.0.0", "10.0.0.1", "::", "", "localhost"}) {
    options.address = address;
    const auto server = HttpServer::Listen(options, api);
    ASSERT_FALSE(server.ok()) << address;
    EXPECT_THAT(server.error().message(), HasSubstr("until TLS and authentication exist"));
  }
  options.address = "127.0.0.1";
  options.port = 0;
  const auto first = HttpServer::Listen(options, api);
  ASSERT_TRUE(first.ok());
  options.port = (*first)->port();
  const auto second = HttpServer::Listen(options, api);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().message(), HasSubstr("--listen"));
}

}  // namespace
}  // namespace levelwind::api
