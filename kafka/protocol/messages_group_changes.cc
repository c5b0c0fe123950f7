#include "kafka/protocol/messages_group_changes.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(OffsetDelete)
LW_INSTANTIATE_API(DeleteGroups)
LW_INSTANTIATE_API(LeaveGroup)

}  // namespace levelwind::kafka
