#include "kafka/protocol/messages_replicas.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(DescribeLogDirs)
LW_INSTANTIATE_API(AlterPartitionReassignments)
LW_INSTANTIATE_API(ListPartitionReassignments)
LW_INSTANTIATE_API(ElectLeaders)

}  // namespace levelwind::kafka
