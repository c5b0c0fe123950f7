#pragma once

#include <memory>
#include <string>
#include <vector>

namespace levelwind::testing {

/// An authority of a test's own (P-256), which writes PEM files into a directory. Certificates are
/// in time from an hour before `now_s` (unix seconds) to ten days after.
class TestCa {
 public:
  TestCa(std::string directory, const std::string& common_name, long long now_s);
  ~TestCa();

  struct Subject {
    std::string common_name;
    std::vector<std::string> organisations{};
    std::vector<std::string> names{};  ///< "DNS:localhost", "IP:127.0.0.1"
    bool client = true, server = true;
    long long shift_s = 0;  ///< Of the time that it is good for; -864000: it ran out.
  };
  /// Writes NAME.crt and NAME.key (mode 600) into the directory; "DIR/NAME", for + ".crt".
  std::string Issue(const std::string& name, const Subject& subject);

  const std::string& ca_file() const { return ca_file_; }
  std::string ca_pem() const;

 private:
  struct Keys;
  const std::string directory_;
  const long long now_s_;
  std::string ca_file_;
  std::unique_ptr<Keys> keys_;
};

}  // namespace levelwind::testing
