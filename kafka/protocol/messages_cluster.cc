#include "kafka/protocol/messages_cluster.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(ApiVersions)
LW_INSTANTIATE_API(Metadata)
LW_INSTANTIATE_API(DescribeCluster)

}  // namespace levelwind::kafka
