#include "kafka/protocol/messages_quorum.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(DescribeQuorum)
LW_INSTANTIATE_API(UpdateFeatures)
LW_INSTANTIATE_API(UnregisterBroker)
LW_INSTANTIATE_API(UnregisterController)

}  // namespace levelwind::kafka
