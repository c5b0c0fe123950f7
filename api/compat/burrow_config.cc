// What Burrow's configuration routes tell of a daemon that is not Burrow: only what is so. There is
// one cluster module, one storage and one evaluator; nothing consumes and nobody is notified.
#include <string>
#include <string_view>

#include "api/compat/burrow_api.h"
#include "base/json_writer.h"

namespace levelwind::api {
namespace {

constexpr std::string_view kModule = "levelwind";

std::string StorageModuleJson(const BurrowRules& rules) {
  const auto seconds = [](Duration duration) {
    return static_cast<std::int64_t>(ToSeconds(duration));
  };
  JsonWriter json;
  json.BeginObject()
      .Field("class-name", "inmemory")
      .Field("intervals", rules.intervals)
      .Field("min-distance", seconds(rules.min_distance))
      .Field("group-allowlist", "")
      .Field("expire-group", seconds(rules.expire_group));
  return json.EndObject().Take();
}

/// Each answer is evaluated when it is asked for.
std::string EvaluatorModuleJson() {
  JsonWriter json;
  json.BeginObject().Field("class-name", "caching").Field("expire-cache", 0);
  return json.EndObject().Take();
}

}  // namespace

std::string BurrowApi::ClusterModuleJson() const {
  JsonWriter json;
  json.BeginObject().Field("class-name", "kafka").Field("servers", backend_.Info().bootstrap);
  json.Key("client-profile")
      .BeginObject()
      .Field("name", "")
      .Field("client-id", facts_.client_id)
      .Field("kafka-version", "")
      .Key("tls");
  if (facts_.tls) {
    json.BeginObject()
        .Field("name", "")
        .Field("noverify", !facts_.verify_hostname)
        .Field("certfile", facts_.certificate_file)
        .Field("keyfile", facts_.key_file)
        .Field("cafile", facts_.ca_file)
        .EndObject();
  } else {
    json.Null();
  }
  json.Key("sasl");
  if (facts_.sasl) {
    json.BeginObject()
        .Field("name", "")
        .Field("handshake-first", true)
        .Field("username", "")
        .EndObject();
  } else {
    json.Null();
  }
  json.EndObject()
      .Field("topic-refresh", facts_.topic_refresh_s)
      .Field("offset-refresh", facts_.offset_refresh_s);
  return json.EndObject().Take();
}

std::string BurrowApi::ConfigJson() const {
  JsonWriter json;
  json.Key("general")
      .BeginObject()
      .Field("pidfile", "")
      .Field("stdout-logfile", "")
      .Field("access-control-allow-origin", "")
      .EndObject();
  json.Key("logging")
      .BeginObject()
      .Field("filename", facts_.log_file)
      .Field("max-size", 0)
      .Field("max-backups", 0)
      .Field("max-age", 0)
      .Field("use-local-time", false)
      .Field("use-compression", false)
      .Field("level", facts_.log_level)
      .EndObject();
  json.Key("zookeeper")
      .BeginObject()
      .Key("servers")
      .BeginArray()
      .EndArray()
      .Field("timeout", 0)
      .Field("root-path", "")
      .EndObject();
  json.Key("httpserver").BeginObject().Key(kModule).BeginObject();
  json.Field("address", facts_.listen).Field("tls", "").Field("timeout", 30).EndObject();
  json.EndObject();
  return json.Take();
}

Response BurrowApi::Config(const Call& call) {
  const std::string members = ConfigJson();
  JsonWriter json;
  json.BeginObject().Field("error", false).Field("message", "main config returned");
  json.Key("request").Raw(RequestJson(call.request)).Raw(members).EndObject();
  return TextResponse(200, "application/json", json.Take());
}

Response BurrowApi::Modules(const Call& call) {
  const std::string& kind = call["kind"];
  JsonWriter json;
  json.BeginObject().Field("error", false).Field("message", "module list returned");
  json.Key("request").Raw(RequestJson(call.request));
  json.Field("coordinator", kind).Key("modules").BeginArray();
  if (kind == "cluster") {
    json.Value(cluster_);
  } else if (kind == "storage" || kind == "evaluator") {
    json.Value(kModule);
  } else if (kind != "consumer" && kind != "notifier") {
    return TextResponse(404, "text/plain",
                        "{\"error\":true,\"message\":\"invalid request type\",\"result\":{}}\n");
  }
  return TextResponse(200, "application/json", json.EndArray().EndObject().Take());
}

Response BurrowApi::Module(const Call& call) {
  const std::string& kind = call["kind"];
  if (kind == "cluster") return Cluster(call);
  if (kind != "storage" && kind != "evaluator" && kind != "consumer" && kind != "notifier") {
    return TextResponse(404, "text/plain",
                        "{\"error\":true,\"message\":\"invalid request type\",\"result\":{}}\n");
  }
  const bool has = (kind == "storage" || kind == "evaluator") && call["cluster"] == kModule;
  if (!has) return Failure(call.request, 404, kind + " module not found");
  const BurrowRules& rules = call.snapshot->burrow->rules;
  return Success(call, kind + " module detail returned", "module",
                 kind == "storage" ? StorageModuleJson(rules) : EvaluatorModuleJson());
}

Response BurrowApi::LogLevel(const Call& call) {
  JsonWriter json;
  json.Value(facts_.log_level);
  return Success(call, "log level returned", "level", json.Take());
}

}  // namespace levelwind::api
