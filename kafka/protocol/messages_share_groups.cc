#include "kafka/protocol/messages_share_groups.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(ShareGroupDescribe)
LW_INSTANTIATE_API(DescribeShareGroupOffsets)

}  // namespace levelwind::kafka
