#include "kafka/security/tls_stream.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "kafka/security/openssl_handles.h"
#include "kafka/security/tls_errors.h"

namespace levelwind::kafka {

namespace {

using Bytes = std::span<const std::uint8_t>;

/// A TLS record's most plain text.
constexpr std::size_t kRecord = std::size_t{16} << 10;

class TlsStream final : public Stream {
 public:
  TlsStream(Loop& loop, std::unique_ptr<Stream> inner, TlsContextPtr context)
      : loop_(loop), inner_(std::move(inner)), context_(std::move(context)) {}
  ~TlsStream() override { TlsStream::Close(); }

  void Connect(const Endpoint& to, std::function<void(Status)> done) override {
    peer_ = to;
    connected_ = std::move(done);
    inner_->Connect(to, [this](const Status& status) {
      if (!status.ok()) return std::exchange(connected_, nullptr)(status);
      if (Status ready = Prepare(); !ready.ok()) return std::exchange(connected_, nullptr)(ready);
      ShakeHands();
    });
  }

  void Read(std::function<void(Result<Bytes>)> done) override {
    read_done_ = std::move(done);
    if (BIO_ctrl_pending(network_in_) == 0) return ReadInner();
    // What came together with the end of the handshake is here already.
    loop_.Post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) Deliver();
    });
  }

  void Write(std::vector<std::uint8_t> bytes, std::function<void(Status)> done) override {
    write_done_ = std::move(done);
    // The output is memory, so that all of it is taken at once.
    ERR_clear_error();
    std::size_t written = 0;
    const bool taken = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) == 1 &&
                       written == bytes.size();
    if (taken) return Flush();
    loop_.Post([this, alive = std::weak_ptr(alive_), error = Failure()] {
      if (!alive.expired()) std::exchange(write_done_, nullptr)(error);
    });
  }

  void Close() override {
    alive_.reset();
    inner_->Close();
  }

 private:
  Status Prepare() {
    ERR_clear_error();
    ssl_.reset(SSL_new(context_->ctx.get()));
    network_in_ = BIO_new(BIO_s_mem());
    network_out_ = BIO_new(BIO_s_mem());
    LW_CHECK(ssl_ != nullptr && network_in_ != nullptr && network_out_ != nullptr);
    SSL_set_bio(ssl_.get(), network_in_, network_out_);  // ssl_ owns them from here on
    SSL_set_ex_data(ssl_.get(), 0, &rejected_);
    SSL_set_verify(ssl_.get(), SSL_VERIFY_PEER, &RecordRejected);
    SSL_set_connect_state(ssl_.get());
    X509_VERIFY_PARAM* param = SSL_get0_param(ssl_.get());
    // An address is compared with the certificate's addresses, anything else with its names; SNI
    // takes names only.
    const bool checked = context_->options.verify_hostname;
    const OpensslOwned<ASN1_OCTET_STRING> address(a2i_IPADDRESS(peer_.host.c_str()));
    ERR_clear_error();
    if (address != nullptr) {
      if (checked && X509_VERIFY_PARAM_set1_ip_asc(param, peer_.host.c_str()) != 1) {
        return Internal("OpenSSL refused the address to check: " + OpensslReason());
      }
      return Ok();
    }
    std::string name = peer_.host;
    if (SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 name.data()) != 1) {
      return InvalidArgument("the host name is too long for TLS");
    }
    SSL_set_hostflags(ssl_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (checked && SSL_set1_host(ssl_.get(), name.c_str()) != 1) {
      return Internal("OpenSSL refused the host name to check: " + OpensslReason());
    }
    return Ok();
  }

  void ShakeHands() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    // Computed first: what Flush calls may look at OpenSSL's queue too.
    const bool wants_more = result != 1 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ;
    const Status status = result == 1 || wants_more ? Ok() : Status(Failure());
    Flush();  // the peer learns of an alert as well, if the bytes still get out
    if (!wants_more) {
      handshaking_ = false;
      return std::exchange(connected_, nullptr)(status);
    }
    inner_->Read([this](const Result<Bytes>& bytes) {
      if (!bytes.ok()) return std::exchange(connected_, nullptr)(bytes.error());
      if (bytes->empty()) return std::exchange(connected_, nullptr)(TlsClosed());
      Take(*bytes);
      ShakeHands();
    });
  }

  void ReadInner() {
    inner_->Read([this](const Result<Bytes>& bytes) {
      if (!bytes.ok()) return std::exchange(read_done_, nullptr)(bytes.error());
      // Without a closing alert too: a frame that was cut off is noticed one layer up.
      if (bytes->empty()) return std::exchange(read_done_, nullptr)(Bytes());
      Take(*bytes);
      Deliver();
    });
  }

  void Take(Bytes bytes) {
    LW_CHECK(BIO_write(network_in_, bytes.data(), static_cast<int>(bytes.size())) ==
             static_cast<int>(bytes.size()));
  }

  /// Decrypts everything that has come and hands it on, or waits for more.
  void Deliver() {
    std::vector<std::uint8_t> plain;  // not kept: there may be thousands of idle connections
    ERR_clear_error();
    for (;;) {
      const std::size_t have = plain.size();
      plain.resize(have + kRecord);
      std::size_t got = 0;
      const int result = SSL_read_ex(ssl_.get(), plain.data() + have, kRecord, &got);
      plain.resize(have + got);
      if (result == 1) continue;
      const int why = SSL_get_error(ssl_.get(), result);
      const Error error = why == SSL_ERROR_SSL || why == SSL_ERROR_SYSCALL
                              ? Failure()
                              : Error(ErrorCode::kUnavailable, "");
      Flush();  // answers that TLS itself wants to give
      if (!plain.empty()) return std::exchange(read_done_, nullptr)(Bytes(plain));
      if (why == SSL_ERROR_WANT_READ) return ReadInner();
      if (why == SSL_ERROR_ZERO_RETURN) return std::exchange(read_done_, nullptr)(Bytes());
      return std::exchange(read_done_, nullptr)(error);
    }
  }

  /// Sends what OpenSSL wants to be sent; calls write_done_ when nothing is left.
  void Flush() {
    if (flushing_) return;
    const std::size_t size = BIO_ctrl_pending(network_out_);
    if (size == 0) return;
    std::vector<std::uint8_t> bytes(size);
    LW_CHECK(BIO_read(network_out_, bytes.data(), static_cast<int>(size)) ==
             static_cast<int>(size));
    flushing_ = true;
    inner_->Write(std::move(bytes), [this](const Status& status) {
      flushing_ = false;
      const bool more = status.ok() && BIO_ctrl_pending(network_out_) > 0;
      if (more) return Flush();
      if (write_done_) std::exchange(write_done_, nullptr)(status);
    });
  }

  Error Failure() const {
    return TlsError(rejected_, peer_, handshaking_, !context_->options.ca_file.empty());
  }

  Loop& loop_;
  std::unique_ptr<Stream> inner_;
  const TlsContextPtr context_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  Endpoint peer_;
  Rejected rejected_;
  OpensslOwned<SSL> ssl_;
  BIO* network_in_ = nullptr;   // ssl_'s own
  BIO* network_out_ = nullptr;  // ssl_'s own
  bool handshaking_ = true;
  bool flushing_ = false;
  std::function<void(Status)> connected_;
  std::function<void(Result<Bytes>)> read_done_;
  std::function<void(Status)> write_done_;
};

}  // namespace

std::unique_ptr<Stream> NewTlsStream(Loop& loop, std::unique_ptr<Stream> inner,
                                     TlsContextPtr context) {
  return std::make_unique<TlsStream>(loop, std::move(inner), std::move(context));
}

}  // namespace levelwind::kafka
