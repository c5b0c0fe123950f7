#include "kafka/protocol/messages_topics.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(CreateTopics)
LW_INSTANTIATE_API(DeleteTopics)
LW_INSTANTIATE_API(CreatePartitions)

}  // namespace levelwind::kafka
