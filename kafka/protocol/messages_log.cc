#include "kafka/protocol/messages_log.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(Fetch)
LW_INSTANTIATE_API(Produce)

}  // namespace levelwind::kafka
