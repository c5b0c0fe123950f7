#pragma once

#include <memory>

#include "kafka/net/loop.h"
#include "kafka/security/tls_context.h"

namespace levelwind::kafka {

/// TLS over another stream, as client. Connect connects, shakes hands and checks the peer: its
/// chain against the context's CAs, its validity, and (unless the options say otherwise) that its
/// certificate is for the host or address of the endpoint, which is also sent as SNI. Errors of
/// Connect say what is wrong with the peer and what to do: kUnauthenticated for a certificate that
/// is not accepted by either side, kFailedPrecondition for a peer that does not speak TLS.
///
/// Holds at most one record of each direction beside what its user gave it.
std::unique_ptr<Stream> NewTlsStream(Loop& loop, std::unique_ptr<Stream> inner,
                                     TlsContextPtr context);

}  // namespace levelwind::kafka
