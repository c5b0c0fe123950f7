#include "kafka/protocol/messages_quotas.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(DescribeClientQuotas)
LW_INSTANTIATE_API(AlterClientQuotas)

}  // namespace levelwind::kafka
