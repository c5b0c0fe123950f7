#ifndef LEVELWIND_KEDA

#include "api/keda/keda_server.h"

namespace levelwind::api {

Result<std::unique_ptr<KedaServer>> KedaServer::Start(const KedaOptions&,
                                                      const Published<ScalingView>&, const Clock&) {
  return Error(ErrorCode::kUnimplemented,
               "this program was built without the KEDA scaler; build it with -DLEVELWIND_KEDA=ON "
               "or use the metrics-api trigger");
}

}  // namespace levelwind::api

#endif
