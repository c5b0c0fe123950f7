#include "kafka/protocol/messages_groups.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(ListGroups)
LW_INSTANTIATE_API(DescribeGroups)
LW_INSTANTIATE_API(ConsumerGroupDescribe)
LW_INSTANTIATE_API(FindCoordinator)

}  // namespace levelwind::kafka
