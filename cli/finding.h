#pragma once

#include <cstdint>
#include <string>

namespace levelwind::cli {

/// One thing that `levelwind doctor` looked at.
struct Finding {
  enum class Verdict : std::uint8_t {
    kOk,
    kNote,   ///< Nothing is wrong, but good to know.
    kWrong,  ///< Somebody should do something.
  };
  Verdict verdict = Verdict::kOk;
  std::string subject;  ///< "brokers", "throttles", ...
  std::string text;     ///< What was found; for what is wrong also the next step.
};

inline const char* VerdictName(Finding::Verdict verdict) {
  switch (verdict) {
    case Finding::Verdict::kOk:
      return "ok";
    case Finding::Verdict::kNote:
      return "note";
    case Finding::Verdict::kWrong:
      break;
  }
  return "wrong";
}

}  // namespace levelwind::cli
