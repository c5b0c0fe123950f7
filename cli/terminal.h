#pragma once

#include <functional>
#include <iosfwd>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace levelwind::cli {

/// The world around a verb, so that tests can stand in for a terminal: data goes to `out`, talk to
/// `err`, questions are answered from `in`.
struct Terminal {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  bool out_is_tty = false;
  bool err_is_tty = false;
  bool in_is_tty = false;
  bool colour = false;  ///< Only on a TTY, without NO_COLOR, and not TERM=dumb.
  const Clock& clock;
  std::function<void(Duration)> pause;  ///< Waits; the one place a verb sleeps in.
};

/// The process's own streams.
Terminal ProcessTerminal(const Clock& clock);

/// Who works at it, for the audit: "cli:ada".
std::string ProcessAuthor();

enum class Tone { kPlain, kGood, kBad, kDim, kBold };
/// `text` in colour where the terminal has it. Colour never says anything that a word does not.
std::string Paint(const Terminal& terminal, Tone tone, std::string_view text);

}  // namespace levelwind::cli
