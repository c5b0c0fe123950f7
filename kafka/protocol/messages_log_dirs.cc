#include "kafka/protocol/messages_log_dirs.h"

#include "kafka/protocol/codec_impl.h"

namespace levelwind::kafka {

LW_INSTANTIATE_API(AlterReplicaLogDirs)

}  // namespace levelwind::kafka
