#pragma once

#include <string>

#include "base/result.h"

namespace levelwind::api {

/// Whether a listener's certificate chain and key, both PEM, can be read and belong together, and
/// the key is not for everybody to read. Messages name the files and what to do.
Status CheckCertificateAndKey(const std::string& cert_file, const std::string& key_file);
/// Whether it has at least one certificate, PEM.
Status CheckCaFile(const std::string& ca_file);
/// A whole file of at most 1 MiB.
Result<std::string> ReadPem(const std::string& file);

/// Whether an IP address is one of the loopback; kInvalidArgument when it is none at all.
Result<bool> IsLoopbackAddress(const std::string& address);

}  // namespace levelwind::api
