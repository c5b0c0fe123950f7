#include "kafka/protocol/messages_offsets.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(ListOffsets)
LW_INSTANTIATE_API(OffsetFetch)
LW_INSTANTIATE_API(OffsetCommit)

}  // namespace levelwind::kafka
