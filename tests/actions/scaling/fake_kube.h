#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "actions/scaling/scaling_options.h"
#include "tests/support/temp_dir.h"
#include "tests/tls_support/test_ca.h"

namespace httplib {
class SSLServer;
struct Request;
struct Response;
}  // namespace httplib

namespace levelwind::testing {

/// An API server in miniature, over TLS: objects by their path, `/scale` of them, resource versions
/// that refuse a stale write with 409, lists, and bearer tokens. What it cannot do is tried against
/// a real one in tests/integration_kubernetes.
class FakeKube {
 public:
  using Json = nlohmann::json;

  FakeKube();
  ~FakeKube();

  /// Options that reach it, with a token that it takes.
  actions::KubeOptions Options() const;
  void WriteToken(const std::string& token) const;

  /// A Deployment of namespace shop, all well.
  void AddDeployment(const std::string& name, int replicas);
  void Put(const std::string& path, Json object);
  Json Get(const std::string& path) const;

  struct Seen {
    std::string method, path, query, body;
  };
  /// Requests so far that are no reads.
  std::vector<Seen> writes() const;
  int requests() const;

  /// Answers the next request of the method whose path has `part` in it so, instead of doing it.
  struct Forced {
    std::string method, part;
    int status = 500;
    std::string body = "{}";
    std::string retry_after{};
  };
  void Force(Forced forced);
  /// Runs once before the next request of the method is done: somebody else's write.
  void Before(const std::string& method, std::function<void()> act);

  std::string token = "canary-kube-token";  ///< Any other is answered 401.

 private:
  void Handle(const httplib::Request& request, httplib::Response& response);
  void Write(const httplib::Request& request, httplib::Response& response, Json& object,
             bool scale);
  std::string NextVersion() { return std::to_string(++version_); }

  TempDir directory_;
  TestCa ca_;
  mutable std::mutex mutex_;
  std::map<std::string, Json> objects_;
  std::vector<Seen> writes_;
  std::vector<Forced> forced_;
  std::optional<std::pair<std::string, std::function<void()>>> before_;
  int requests_ = 0;
  int version_ = 100;
  std::unique_ptr<httplib::SSLServer> server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace levelwind::testing
