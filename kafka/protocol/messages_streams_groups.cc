#include "kafka/protocol/messages_streams_groups.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(StreamsGroupDescribe)

}  // namespace levelwind::kafka
