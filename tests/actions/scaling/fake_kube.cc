#include "tests/actions/scaling/fake_kube.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <chrono>
#include <fstream>

namespace levelwind::testing {
namespace {

long long MachineSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void Answer(httplib::Response& response, int status, const nlohmann::json& body) {
  response.status = status;
  response.set_content(body.dump(), "application/json");
}
void Fail(httplib::Response& response, int status, const std::string& message) {
  Answer(response, status, {{"kind", "Status"}, {"message", message}, {"code", status}});
}

/// The Scale of an object, as its API server makes it: zero is left out.
nlohmann::json ScaleOf(const nlohmann::json& object) {
  const int replicas = object.at("spec").value("replicas", 0);
  nlohmann::json spec = nlohmann::json::object();
  if (replicas != 0) spec["replicas"] = replicas;
  return {{"kind", "Scale"},
          {"apiVersion", "autoscaling/v1"},
          {"metadata", object.at("metadata")},
          {"spec", spec},
          {"status",
           {{"replicas", object.value("status", nlohmann::json::object()).value("replicas", 0)}}}};
}

}  // namespace

FakeKube::FakeKube() : ca_(directory_.path(), "kube-ca", MachineSeconds()) {
  const std::string own = ca_.Issue(
      "apiserver", {.common_name = "kube-apiserver", .names = {"DNS:localhost", "IP:127.0.0.1"}});
  server_ = std::make_unique<httplib::SSLServer>((own + ".crt").c_str(), (own + ".key").c_str());
  const auto handle = [this](const httplib::Request& request, httplib::Response& response) {
    Handle(request, response);
  };
  server_->Get(".*", handle).Post(".*", handle).Put(".*", handle).Patch(".*", handle);
  port_ = server_->bind_to_any_port("127.0.0.1");
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  server_->wait_until_ready();
  WriteToken(token);
}

FakeKube::~FakeKube() {
  server_->stop();
  thread_.join();
}

actions::KubeOptions FakeKube::Options() const {
  actions::KubeOptions options;
  options.server = fmt::format("https://127.0.0.1:{}", port_);
  options.ca_file = ca_.ca_file();
  options.token_file = directory_.path() + "/token";
  options.name_space = "kafka";
  options.timeout = std::chrono::seconds(20);
  return options;
}

void FakeKube::WriteToken(const std::string& text) const {
  std::ofstream(directory_.path() + "/token") << text;
}

void FakeKube::AddDeployment(const std::string& name, int replicas) {
  Put("/apis/apps/v1/namespaces/shop/deployments/" + name,
      {{"kind", "Deployment"},
       {"metadata", {{"name", name}, {"namespace", "shop"}, {"generation", 4}}},
       {"spec", {{"replicas", replicas}}},
       {"status",
        {{"observedGeneration", 4},
         {"replicas", replicas},
         {"updatedReplicas", replicas},
         {"readyReplicas", replicas}}}});
}

void FakeKube::Put(const std::string& path, Json object) {
  const std::lock_guard lock(mutex_);
  object["metadata"]["resourceVersion"] = NextVersion();
  objects_[path] = std::move(object);
}

FakeKube::Json FakeKube::Get(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(path);
  return found == objects_.end() ? Json() : found->second;
}

std::vector<FakeKube::Seen> FakeKube::writes() const {
  const std::lock_guard lock(mutex_);
  return writes_;
}
int FakeKube::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}
void FakeKube::Force(Forced forced) {
  const std::lock_guard lock(mutex_);
  forced_.push_back(std::move(forced));
}
void FakeKube::Before(const std::string& method, std::function<void()> act) {
  const std::lock_guard lock(mutex_);
  before_ = std::pair(method, std::move(act));
}

void FakeKube::Handle(const httplib::Request& request, httplib::Response& response) {
  std::function<void()> act;
  {
    const std::lock_guard lock(mutex_);
    if (before_ && before_->first == request.method) {
      act = before_->second;
      before_.reset();
    }
  }
  if (act) act();
  const std::lock_guard lock(mutex_);
  ++requests_;
  if (request.get_header_value("Authorization") != "Bearer " + token) {
    return Fail(response, 401, "Unauthorized");
  }
  if (request.method != "GET") {
    std::string query;
    for (const auto& [key, value] : request.params) query += key + "=" + value + "&";
    writes_.push_back({request.method, request.path, query, request.body});
  }
  for (auto at = forced_.begin(); at != forced_.end(); ++at) {
    if (at->method != request.method || request.path.find(at->part) == std::string::npos) continue;
    response.status = at->status;
    response.set_content(at->body, "application/json");
    if (!at->retry_after.empty()) response.set_header("Retry-After", at->retry_after);
    forced_.erase(at);
    return;
  }
  std::string path = request.path;
  const bool scale = path.ends_with("/scale");
  if (scale) path.resize(path.size() - 6);
  if (request.method == "POST") {
    Json object = Json::parse(request.body);
    path += "/" + object.at("metadata").value("name", "");
    if (objects_.contains(path)) return Fail(response, 409, "already exists");
    object["metadata"]["resourceVersion"] = NextVersion();
    objects_[path] = object;
    return Answer(response, 201, object);
  }
  const auto found = objects_.find(path);
  if (found == objects_.end()) return Fail(response, 404, "not found: " + path);
  if (request.method == "GET") {
    return Answer(response, 200, scale ? ScaleOf(found->second) : found->second);
  }
  Write(request, response, found->second, scale);
}

void FakeKube::Write(const httplib::Request& request, httplib::Response& response, Json& object,
                     bool scale) {
  const Json body = Json::parse(request.body);
  const std::string version = body.value("metadata", Json::object()).value("resourceVersion", "");
  if (!version.empty() && version != object["metadata"]["resourceVersion"]) {
    return Fail(response, 409, "the object has been modified");
  }
  if (request.has_param("dryRun")) return Answer(response, 200, object);
  if (request.method == "PUT") {
    object = body;
  } else if (request.get_header_value("Content-Type") != "application/merge-patch+json") {
    return Fail(response, 415, "this is no merge patch");
  } else {
    object["spec"].merge_patch(body.at("spec"));
  }
  object["metadata"]["resourceVersion"] = NextVersion();
  Answer(response, 200, scale ? ScaleOf(object) : object);
}

}  // namespace levelwind::testing
