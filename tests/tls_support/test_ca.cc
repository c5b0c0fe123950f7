#include "tests/tls_support/test_ca.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <utility>

namespace levelwind::testing {
namespace {

struct Free {
  void operator()(X509* it) const { X509_free(it); }
  void operator()(EVP_PKEY* it) const { EVP_PKEY_free(it); }
  void operator()(std::FILE* it) const { std::fclose(it); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension != nullptr) X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void AddName(X509_NAME* name, const char* field, const std::string& value) {
  X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1, 0);
}

Owned<X509> Begin(EVP_PKEY* key, long long from_s) {
  static long serial = 1;
  Owned<X509> certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), static_cast<std::time_t>(from_s - 3600));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), static_cast<std::time_t>(from_s + 864'000));
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

void WriteCertificate(const std::string& path, X509* certificate) {
  const Owned<std::FILE> file(std::fopen(path.c_str(), "w"));
  PEM_write_X509(file.get(), certificate);
}

}  // namespace

struct TestCa::Keys {
  Owned<EVP_PKEY> key{EVP_EC_gen("P-256")};
  Owned<X509> certificate;
};

TestCa::TestCa(std::string directory, const std::string& common_name, long long now_s)
    : directory_(std::move(directory)), now_s_(now_s), keys_(std::make_unique<Keys>()) {
  keys_->certificate = Begin(keys_->key.get(), now_s_);
  X509* const own = keys_->certificate.get();
  AddName(X509_get_subject_name(own), "CN", common_name);
  X509_set_issuer_name(own, X509_get_subject_name(own));
  AddExtension(own, own, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature");
  X509_sign(own, keys_->key.get(), EVP_sha256());
  ca_file_ = directory_ + "/" + common_name + ".crt";
  WriteCertificate(ca_file_, own);
}
TestCa::~TestCa() = default;

std::string TestCa::Issue(const std::string& name, const Subject& subject) {
  const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  const Owned<X509> certificate = Begin(key.get(), now_s_ + subject.shift_s);
  X509_NAME* const entry = X509_get_subject_name(certificate.get());
  for (const std::string& organisation : subject.organisations) AddName(entry, "O", organisation);
  AddName(entry, "CN", subject.common_name);
  X509* const issuer = keys_->certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
  AddExtension(certificate.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
  std::string usage;
  if (subject.server) usage = "serverAuth";
  if (subject.client) usage += usage.empty() ? "clientAuth" : ",clientAuth";
  AddExtension(certificate.get(), issuer, NID_ext_key_usage, usage);
  std::string names;
  for (const std::string& one : subject.names) names += (names.empty() ? "" : ",") + one;
  if (!names.empty()) AddExtension(certificate.get(), issuer, NID_subject_alt_name, names);
  X509_sign(certificate.get(), keys_->key.get(), EVP_sha256());
  const std::string path = directory_ + "/" + name;
  WriteCertificate(path + ".crt", certificate.get());
  {
    const Owned<std::FILE> file(std::fopen((path + ".key").c_str(), "w"));
    PEM_write_PrivateKey(file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  }
  ::chmod((path + ".key").c_str(), 0600);
  return path;
}

std::string TestCa::ca_pem() const {
  std::ifstream file(ca_file_);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace levelwind::testing
