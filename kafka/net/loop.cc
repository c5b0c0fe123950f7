#include "kafka/net/loop.h"

// Boost 1.74's awaitable.hpp needs std::exchange and does not include it.
#include <array>
#include <atomic>
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio.hpp>

#include "base/log.h"

namespace levelwind::kafka {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kReadBytes = std::size_t{16} << 10;

/// What outlives a Timer until its last handler has run.
struct TimerState {
  explicit TimerState(asio::io_context& io) : timer(io) {}
  asio::steady_timer timer;
  std::uint64_t generation = 0;
};

class AsioTimer final : public Timer {
 public:
  explicit AsioTimer(asio::io_context& io) : state_(std::make_shared<TimerState>(io)) {}
  ~AsioTimer() override { AsioTimer::Cancel(); }

  void Start(Duration delay, std::function<void()> done) override {
    const std::uint64_t generation = ++state_->generation;
    state_->timer.expires_after(delay);
    // A handler that is queued already cannot be cancelled any more, hence the generation.
    state_->timer.async_wait(
        [state = state_, generation, done = std::move(done)](error_code error) {
          if (!error && state->generation == generation) done();
        });
  }
  void Cancel() override {
    ++state_->generation;
    state_->timer.cancel();
  }

 private:
  std::shared_ptr<TimerState> state_;
};

/// What outlives a Stream until its last handler has run.
struct SocketState {
  explicit SocketState(asio::io_context& io) : resolver(io), socket(io) {}
  asio::ip::tcp::resolver resolver;
  asio::ip::tcp::socket socket;
  std::array<std::uint8_t, kReadBytes> input{};
  std::vector<std::uint8_t> output;
  bool closed = false;
};

Error FromSystem(const error_code& error) { return Unavailable(error.message()); }

class TcpStream final : public Stream {
 public:
  explicit TcpStream(asio::io_context& io) : state_(std::make_shared<SocketState>(io)) {}
  ~TcpStream() override { TcpStream::Close(); }

  void Connect(const Endpoint& to, std::function<void(Status)> done) override {
    error_code error;
    const auto address = asio::ip::make_address(to.host, error);
    if (!error) {
      // Asio resolves names on a thread of its own; an address needs none.
      ConnectTo(std::array{asio::ip::tcp::endpoint(address, to.port)}, std::move(done));
      return;
    }
    state_->resolver.async_resolve(
        to.host, std::to_string(to.port),
        [this, state = state_, done = std::move(done)](
            const error_code& failed, const asio::ip::tcp::resolver::results_type& found) mutable {
          if (state->closed) return;
          if (failed) return done(FromSystem(failed).Wrap("looking up the name"));
          ConnectTo(found, std::move(done));
        });
  }

  void Read(std::function<void(Result<std::span<const std::uint8_t>>)> done) override {
    state_->socket.async_read_some(
        asio::buffer(state_->input),
        [state = state_, done = std::move(done)](const error_code& error, std::size_t size) {
          if (state->closed) return;
          if (error == asio::error::eof) return done(std::span<const std::uint8_t>());
          if (error) return done(FromSystem(error));
          done(std::span<const std::uint8_t>(state->input.data(), size));
        });
  }

  void Write(std::vector<std::uint8_t> bytes, std::function<void(Status)> done) override {
    state_->output = std::move(bytes);
    asio::async_write(
        state_->socket, asio::buffer(state_->output),
        [state = state_, done = std::move(done)](const error_code& error, std::size_t) {
          if (state->closed) return;
          if (error) return done(FromSystem(error));
          done(Ok());
        });
  }

  void Close() override {
    state_->closed = true;
    error_code ignored;  // NOLINT: the socket is given up whatever close says
    state_->resolver.cancel();
    state_->socket.close(ignored);
  }

 private:
  template <class Endpoints>
  void ConnectTo(const Endpoints& endpoints, std::function<void(Status)> done) {
    asio::async_connect(state_->socket, endpoints,
                        [state = state_, done = std::move(done)](const error_code& error,
                                                                 const asio::ip::tcp::endpoint&) {
                          if (state->closed) return;
                          if (error) return done(FromSystem(error));
                          error_code ignored;  // NOLINT: only latency depends on it
                          state->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
                          done(Ok());
                        });
  }

  std::shared_ptr<SocketState> state_;
};

}  // namespace

struct Loop::Impl {
  asio::io_context io{1};
};

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

void Loop::Run(std::stop_token stop, const std::function<void()>& at_stop) {
  const auto keep_running = asio::make_work_guard(impl_->io);
  std::atomic<bool> stopping = false;
  const std::stop_callback on_stop(stop, [&] {
    stopping = true;
    impl_->io.stop();
  });
  while (!stopping) {
    try {
      impl_->io.run();
    } catch (const std::exception& error) {
      // Nothing that we call back throws by intention; one bad handler must not end the loop.
      LW_ERROR("kafka", "an event handler failed: {}", error.what());
    }
  }
  at_stop();
  // What was posted meanwhile must still be answered.
  impl_->io.restart();
  impl_->io.poll();
}

void Loop::Post(std::function<void()> work) { asio::post(impl_->io, std::move(work)); }

std::unique_ptr<Timer> Loop::NewTimer() { return std::make_unique<AsioTimer>(impl_->io); }
std::unique_ptr<Stream> Loop::NewTcpStream() { return std::make_unique<TcpStream>(impl_->io); }

}  // namespace levelwind::kafka
