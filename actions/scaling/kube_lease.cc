#include "actions/scaling/kube_lease.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json_writer.h"
#include "base/log.h"
#include "base/text.h"

namespace levelwind::actions {
namespace {

constexpr double kJitter = 1.2;  // client-go: renew deadline > 1.2 x retry

std::int64_t Seconds(Duration duration) { return ToMillis(duration) / 1000; }

}  // namespace

std::string MicroTime(WallTime time) {
  std::string text = FormatTime(time);  // ...:01.123Z
  text.pop_back();
  return text + "000Z";
}

Status KubeLease::CheckOptions(const LeaseOptions& options) {
  if (!IsKubeName(options.name) ||
      (!options.name_space.empty() && !IsKubeName(options.name_space))) {
    return InvalidArgument(fmt::format("'{}/{}' is no name of a lease in Kubernetes",
                                       EscapeControl(options.name_space),
                                       EscapeControl(options.name)));
  }
  if (options.identity.empty()) {
    return InvalidArgument("a lease needs an identity of its holder");
  }
  const bool fits = options.duration > options.renew_deadline &&
                    ToSeconds(options.renew_deadline) > kJitter * ToSeconds(options.retry) &&
                    options.retry > Duration::zero() && Seconds(options.duration) >= 1;
  if (!fits) {
    return InvalidArgument(fmt::format(
        "lease of {}, renew deadline {}, retry {}: the lease must be longer than the deadline, and "
        "that longer than 1.2 times the retry",
        HumanDuration(ToSeconds(options.duration)),
        HumanDuration(ToSeconds(options.renew_deadline)), HumanDuration(ToSeconds(options.retry))));
  }
  return Ok();
}

KubeLease::KubeLease(LeaseOptions options, KubeClient& client, const Clock& clock)
    : options_(std::move(options)), client_(client), clock_(clock) {}

std::string KubeLease::Path(bool collection) const {
  const std::string& space =
      options_.name_space.empty() ? client_.name_space() : options_.name_space;
  return fmt::format("/apis/coordination.k8s.io/v1/namespaces/{}/leases{}", space,
                     collection ? "" : "/" + options_.name);
}

std::string KubeLease::Body(const std::string& holder, std::int64_t duration_s,
                            const std::string& acquire_time, std::int64_t transitions,
                            const std::string& resource_version) const {
  JsonWriter json;
  json.BeginObject().Field("apiVersion", "coordination.k8s.io/v1").Field("kind", "Lease");
  json.Key("metadata").BeginObject().Field("name", options_.name);
  if (!resource_version.empty()) json.Field("resourceVersion", resource_version);
  json.EndObject().Key("spec").BeginObject();
  json.Field("holderIdentity", holder).Field("leaseDurationSeconds", duration_s);
  json.Field("acquireTime", acquire_time).Field("renewTime", MicroTime(clock_.WallNow()));
  return json.Field("leaseTransitions", transitions).EndObject().EndObject().Take();
}

Result<KubeLease::Record> KubeLease::Parse(const std::string& text) {
  using Json = nlohmann::json;
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const bool shaped = json.is_object() && json.contains("metadata") && json["metadata"].is_object();
  if (!shaped) return Unavailable("what came is no lease");
  const Json spec = json.value("spec", Json::object());
  const auto word = [](const Json& in, const char* key) {
    const auto found = in.find(key);
    return found != in.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto number = [&](const char* key) {
    const auto found = spec.find(key);
    return found != spec.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
  };
  if (!spec.is_object()) return Unavailable("what came is no lease");
  return Record{word(spec, "holderIdentity"),
                spec.dump(),
                word(json["metadata"], "resourceVersion"),
                word(spec, "acquireTime"),
                number("leaseDurationSeconds"),
                number("leaseTransitions")};
}

void KubeLease::Led(SteadyTime since, std::int64_t transitions) {
  const std::lock_guard lock(mutex_);
  if (!renewed_) LW_INFO("autoscale", "took the lease {} as {}", options_.name, options_.identity);
  renewed_ = since;
  epoch_ = static_cast<std::uint64_t>(transitions < 0 ? 0 : transitions);
  holder_ = options_.identity;
}

Status KubeLease::Create(SteadyTime now) {
  LW_ASSIGN_OR_RETURN(const KubeAnswer answer,
                      client_.Post(Path(true), Body(options_.identity, Seconds(options_.duration),
                                                    MicroTime(clock_.WallNow()), 0, "")));
  if (answer.status == 409) return Ok();  // another was quicker: looked at next time
  if (!answer.ok()) return KubeError(answer, "making the lease " + options_.name);
  Led(now, 0);
  return Ok();
}

Status KubeLease::Take(const Record& record, SteadyTime now) {
  const bool ours = record.holder == options_.identity;
  const bool first = !ours || record.acquire_time.empty();
  const std::int64_t transitions = record.transitions + (ours ? 0 : 1);
  LW_ASSIGN_OR_RETURN(
      const KubeAnswer answer,
      client_.Put(Path(false), Body(options_.identity, Seconds(options_.duration),
                                    first ? MicroTime(clock_.WallNow()) : record.acquire_time,
                                    transitions, record.resource_version)));
  if (answer.status == 409) return Ok();
  if (!answer.ok()) return KubeError(answer, "renewing the lease " + options_.name);
  Led(now, transitions);
  return Ok();
}

Status KubeLease::Try(SteadyTime now) {
  LW_ASSIGN_OR_RETURN(const KubeAnswer answer, client_.Get(Path(false)));
  if (answer.status == 404) return Create(now);
  if (!answer.ok()) return KubeError(answer, "reading the lease " + options_.name);
  LW_ASSIGN_OR_RETURN(const Record record, Parse(answer.body));
  if (record.text != seen_) {
    seen_ = record.text;
    seen_at_ = clock_.Now();  // not before it was read: later is safer
  }
  const bool ours = record.holder == options_.identity;
  {
    const std::lock_guard lock(mutex_);
    holder_ = record.holder;
    if (!ours && renewed_) {
      LW_WARN("autoscale", "the lease {} is now {}'s", options_.name, EscapeControl(record.holder));
      renewed_.reset();
    }
  }
  // The holder's own duration counts, or ours where it is longer: taking over early is the error
  // that must not happen.
  const Duration patience =
      std::max<Duration>(options_.duration, std::chrono::seconds(record.duration_s));
  const bool free = record.holder.empty() || ours || clock_.Now() - seen_at_ >= patience;
  return free ? Take(record, now) : Ok();
}

SteadyTime KubeLease::Step(SteadyTime now) {
  if (now < next_) return next_;
  next_ = now + std::chrono::duration_cast<SteadyTime::duration>(options_.retry);
  const Status tried = Try(now);
  const std::lock_guard lock(mutex_);
  const std::string problem = tried.ok() ? "" : tried.error().message();
  if (!problem.empty() && problem != problem_) LW_WARN("autoscale", "lease: {}", problem);
  problem_ = problem;
  const auto deadline = std::chrono::duration_cast<SteadyTime::duration>(options_.renew_deadline);
  if (renewed_ && clock_.Now() - *renewed_ >= deadline) {
    LW_WARN("autoscale", "the lease {} could not be renewed: acting no more", options_.name);
    renewed_.reset();
  }
  return next_;
}

bool KubeLease::Leads(SteadyTime now) const {
  const std::lock_guard lock(mutex_);
  return renewed_ && now - *renewed_ < options_.renew_deadline;
}

Status KubeLease::MayAct() const {
  if (Leads(clock_.Now())) return Ok();
  const std::lock_guard lock(mutex_);
  return Error(
      ErrorCode::kPermissionDenied,
      fmt::format("we do not hold the lease {} ({}), so that another daemon acts", options_.name,
                  !problem_.empty() ? problem_
                  : holder_.empty() ? "nobody has it yet"
                                    : EscapeControl(holder_) + " has it"));
}

std::uint64_t KubeLease::epoch() const {
  const std::lock_guard lock(mutex_);
  return epoch_;
}
std::string KubeLease::holder() const {
  const std::lock_guard lock(mutex_);
  return holder_;
}
std::string KubeLease::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void KubeLease::Release() {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(renewed_, std::nullopt)) return;
  }
  const auto answer = client_.Get(Path(false));
  if (!answer.ok() || !answer->ok()) return;
  const auto record = Parse(answer->body);
  if (!record.ok() || record->holder != options_.identity) return;
  const auto given = client_.Put(Path(false), Body("", 1, MicroTime(clock_.WallNow()),
                                                   record->transitions, record->resource_version));
  if (!given.ok() || !given->ok()) LW_INFO("autoscale", "the lease {} runs out", options_.name);
}

}  // namespace levelwind::actions
