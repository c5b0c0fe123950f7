#include "kafka/protocol/messages_transactions.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(DescribeProducers)
LW_INSTANTIATE_API(ListTransactions)
LW_INSTANTIATE_API(DescribeTransactions)

}  // namespace levelwind::kafka
