#include "tests/sim_cluster/sim_server.h"

#include <fmt/format.h>

#include <utility>
// Boost.Asio 1.74 uses std::exchange without including <utility> itself.
#include <array>
#include <atomic>
#include <exception>
#include <future>
#include <map>
#include <set>
#include <thread>

#include <boost/asio.hpp>

namespace levelwind::testing {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kMaxFrame = 100 << 20;  // A broker's socket.request.max.bytes.

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, BrokerId broker, const SimServer::Handler& handler,
             std::function<void(Connection*)> gone)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        broker_(broker),
        handler_(handler),
        gone_(std::move(gone)) {}

  BrokerId broker() const { return broker_; }

  void Start() {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    ReadLength();
  }

  void Close() {
    error_code ignored;
    timer_.cancel();
    socket_.close(ignored);
    if (auto gone = std::exchange(gone_, nullptr)) gone(this);
  }

 private:
  void ReadLength() {
    asio::async_read(socket_, asio::buffer(length_),
                     [self = shared_from_this()](const error_code& error, std::size_t) {
                       if (error) return self->Close();
                       self->ReadFrame();
                     });
  }

  void ReadFrame() {
    std::size_t size = 0;
    for (const std::uint8_t byte : length_) size = size << 8 | byte;
    if (size > kMaxFrame) return Close();
    frame_.resize(size);
    asio::async_read(socket_, asio::buffer(frame_),
                     [self = shared_from_this()](const error_code& error, std::size_t) {
                       if (error) return self->Close();
                       self->Handle();
                     });
  }

  void Handle() {
    SimReply reply = handler_(broker_, frame_);
    if (reply.close) return Close();
    reply_ = std::move(reply.frame);
    if (reply.latency <= Duration::zero()) return Write();
    timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(reply.latency));
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->Write();
    });
  }

  void Write() {
    // A request that is never answered: nothing behind it is either, as on a real broker.
    if (reply_.empty()) return;
    asio::async_write(socket_, asio::buffer(reply_),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        if (error) return self->Close();
                        self->ReadLength();
                      });
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  const BrokerId broker_;
  const SimServer::Handler& handler_;
  std::function<void(Connection*)> gone_;
  std::array<std::uint8_t, 4> length_{};
  std::vector<std::uint8_t> frame_;
  std::vector<std::uint8_t> reply_;
};

}  // namespace

struct SimServer::Impl {
  explicit Impl(Handler given) : handler(std::move(given)), work(io.get_executor()) {}

  struct Listener {
    std::unique_ptr<tcp::acceptor> acceptor;
    std::uint16_t port = 0;
  };

  // A bound socket that does not listen refuses connections and keeps its port.
  std::unique_ptr<tcp::acceptor> Bind(std::uint16_t port) {
    auto acceptor = std::make_unique<tcp::acceptor>(io, tcp::v4());
    acceptor->set_option(asio::socket_base::reuse_address(true));
    acceptor->bind(tcp::endpoint(asio::ip::address_v4::loopback(), port));
    return acceptor;
  }

  void Accept(BrokerId broker) {
    listeners.at(broker).acceptor->async_accept(
        [this, broker](const error_code& error, tcp::socket socket) {
          if (error == asio::error::operation_aborted) return;
          if (!error) {
            auto connection = std::make_shared<Connection>(std::move(socket), broker, handler,
                                                           [this](Connection* gone) {
                                                             open.erase(gone);
                                                             count = open.size();
                                                           });
            open.emplace(connection.get(), connection);
            count = open.size();
            connection->Start();
          }
          if (listeners.at(broker).acceptor->is_open()) Accept(broker);
        });
  }

  void CutConnections(BrokerId broker) {
    std::vector<std::shared_ptr<Connection>> closing;
    for (const auto& [raw, connection] : open) {
      if (connection->broker() == broker) closing.push_back(connection);
    }
    for (const auto& connection : closing) connection->Close();
  }

  // Runs `task` on the server's thread and waits for it.
  Status OnThread(std::function<void()> task) {
    std::promise<Status> done;
    asio::post(io, [&] {
      try {
        task();
        done.set_value(Ok());
      } catch (const std::exception& failure) {
        done.set_value(Internal(fmt::format("simulated broker: {}", failure.what())));
      }
    });
    return done.get_future().get();
  }

  const Handler handler;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work;
  std::map<BrokerId, Listener> listeners;                   // The thread's own.
  std::map<Connection*, std::shared_ptr<Connection>> open;  // The thread's own.
  std::atomic<std::size_t> count{0};
  std::thread thread;
};

SimServer::SimServer(Handler handler) : impl_(std::make_unique<Impl>(std::move(handler))) {
  impl_->thread = std::thread([raw = impl_.get()] { raw->io.run(); });
}

SimServer::~SimServer() {
  static_cast<void>(impl_->OnThread([this] {
    for (auto& [broker, listener] : impl_->listeners) listener.acceptor->close();
    const auto open = impl_->open;
    for (const auto& [raw, connection] : open) connection->Close();
  }));
  impl_->work.reset();
  impl_->thread.join();
}

Result<std::uint16_t> SimServer::Open(BrokerId broker) {
  std::uint16_t port = 0;
  const Status opened = impl_->OnThread([&] {
    Impl::Listener& listener = impl_->listeners[broker];
    listener.acceptor = impl_->Bind(0);
    listener.port = port = listener.acceptor->local_endpoint().port();
    listener.acceptor->listen();
    impl_->Accept(broker);
  });
  LW_RETURN_IF_ERROR(opened);
  return port;
}

Status SimServer::Down(BrokerId broker) {
  return impl_->OnThread([&] {
    Impl::Listener& listener = impl_->listeners.at(broker);
    listener.acceptor->close();
    impl_->CutConnections(broker);
    listener.acceptor = impl_->Bind(listener.port);
  });
}

Status SimServer::Up(BrokerId broker) {
  return impl_->OnThread([&] {
    impl_->listeners.at(broker).acceptor->listen();
    impl_->Accept(broker);
  });
}

void SimServer::Cut(BrokerId broker) {
  static_cast<void>(impl_->OnThread([&] { impl_->CutConnections(broker); }));
}

std::size_t SimServer::connections() const { return impl_->count; }

}  // namespace levelwind::testing
