#include "kafka/protocol/messages_sasl.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(SaslHandshake)
LW_INSTANTIATE_API(SaslAuthenticate)

}  // namespace levelwind::kafka
