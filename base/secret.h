#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace levelwind {

/// Overwrites memory in a way that no optimiser removes.
void Wipe(void* memory, std::size_t size);
inline void Wipe(std::string& text) {
  Wipe(text.data(), text.size());
  text.clear();
}

/// A password, key or token. It cannot be printed, formatted, logged or serialised (that does not
/// compile); the only way to its text is Reveal(), so that a search for that word finds every place
/// where a secret leaves. The memory is overwritten before it is given back. Plain value.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text);
  Secret(const Secret& other) : Secret(other.Reveal()) {}
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret other) noexcept;
  ~Secret();

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  std::string_view Reveal() const { return {text_.get(), size_}; }

  /// Takes the same time wherever two secrets of one length differ.
  friend bool operator==(const Secret& a, const Secret& b);

 private:
  std::unique_ptr<char[]> text_;
  std::size_t size_ = 0;
};

std::ostream& operator<<(std::ostream& out, const Secret& secret) = delete;

/// Where a secret comes from. It is read each time it is needed, so that a changed file takes
/// effect with the next login and nothing is kept longer than that. At most one member is set.
struct SecretSource {
  std::string file;  ///< A file with the secret and nothing else; one line end at its end is cut.
  std::string env;   ///< Name of an environment variable.
  Secret value;      ///< For programs; no configuration file can set it.

  bool given() const { return !file.empty() || !env.empty() || !value.empty(); }
};

/// The secret, or why there is none: kInvalidArgument when nothing is set, it is empty, longer than
/// 64 KiB or not in the environment; kNotFound when the file cannot be read. Messages begin with
/// `what` ("the password") and name the file or the variable, never the content.
Result<Secret> ReadSecret(const SecretSource& source, std::string_view what);

}  // namespace levelwind

template <>
struct fmt::formatter<levelwind::Secret> {
  formatter() = delete;
};
