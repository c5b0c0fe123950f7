#include "kafka/protocol/messages_partitions.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(DescribeTopicPartitions)

}  // namespace levelwind::kafka
