#include <string>

#include "api/api.h"
#include "api/scaling_answer.h"
#include "base/text.h"

namespace levelwind::api {

Response Api::Autoscale(const Call& call) {
  const ScalingViewPtr view = backend_.Scaling();
  if (view == nullptr) {
    return ErrorResponse(
        NotFound("the autoscaler is off, or has not decided anything yet; docs/autoscaling.md"));
  }
  const auto wanted = call.request.query.find("group");
  const WallTime now = clock_.WallNow();
  JsonWriter json;
  json.BeginObject().Field("cluster", view->cluster).Field("at", FormatTime(view->at));
  json.Key("groups").BeginArray();
  for (const auto& group : view->groups) {
    if (wanted != call.request.query.end() && group->decision.group != wanted->second) continue;
    WriteScalingGroup(json, *group, now);
  }
  return JsonResponse(200, json.EndArray().EndObject().Take());
}

Response Api::AutoscaleGroup(const Call& call) {
  const auto served =
      AnswerScaling(backend_.Scaling(), call["cluster"], call["group"], clock_.WallNow());
  if (!served.ok()) return ErrorResponse(served.error());
  return JsonResponse(200, ScalingAnswerJson(*served));
}

}  // namespace levelwind::api
