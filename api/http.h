#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace levelwind::api {

/// What a client showed in the TLS handshake, DER, its own certificate first. Nobody has checked
/// anything of it yet, but that the client has the key of the first.
struct PeerCertificates {
  std::vector<std::string> der;
};

/// One request, checked and decoded: no escapes, dot segments or control bytes are left in `path`.
struct Request {
  std::string method;                        ///< "GET", "HEAD", "POST", ...
  std::string path;                          ///< Decoded: "/api/v1/groups/a b".
  std::vector<std::string> segments;         ///< Decoded: {"api", "v1", "groups", "a b"}.
  std::map<std::string, std::string> query;  ///< Decoded; a repeated key is refused with 400.
  std::string content_type;                  ///< Without parameters, lower case.
  std::string accept;                        ///< As it came; empty: no such header.
  std::string author;                        ///< X-Levelwind-Author.
  std::string body;
  /// Over TLS only: all headers, names in lower case; and the client's certificates, null if none.
  std::vector<std::pair<std::string, std::string>> headers{};
  std::shared_ptr<const PeerCertificates> peer{};
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  /// Sent one after the other; shared, so that a large page is made once and never copied.
  std::vector<std::shared_ptr<const std::string>> body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< Beside the usual ones.
};
Response TextResponse(int status, std::string content_type, std::string text);

/// Which thread a request is handled on, so that a slow one never holds up a quick one.
enum class Lane : std::uint8_t {
  kProbe,    ///< Answered on the I/O thread itself: must not wait or compute.
  kRead,     ///< Reads published values; may take milliseconds for a large cluster.
  kCommand,  ///< May wait for another thread (bounded).
};

/// What answers requests. Called from several threads at once; must not throw.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual Lane LaneOf(const Request& request) const = 0;
  virtual Response Handle(const Request& request) = 0;
  /// An answer that the server gives by itself: bad syntax, limits, overload.
  virtual Response Refuse(int status, std::string message) const = 0;
};

}  // namespace levelwind::api
