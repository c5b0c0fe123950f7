#include "daemon/thread_name.h"

#include <pthread.h>

namespace levelwind::daemon {

void NameThisThread(const char* name) { pthread_setname_np(pthread_self(), name); }

}  // namespace levelwind::daemon
