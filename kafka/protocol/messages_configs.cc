#include "kafka/protocol/messages_configs.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(DescribeConfigs)
LW_INSTANTIATE_API(IncrementalAlterConfigs)
LW_INSTANTIATE_API(ListConfigResources)

}  // namespace levelwind::kafka
