#include "cli/terminal.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string>

namespace levelwind::cli {

std::string ProcessAuthor() {
  const passwd* user = getpwuid(getuid());
  const bool named = user != nullptr && user->pw_name != nullptr;
  return "cli:" + (named ? std::string(user->pw_name) : std::to_string(getuid()));
}

Terminal ProcessTerminal(const Clock& clock) {
  const bool out_is_tty = isatty(STDOUT_FILENO) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  return {std::cout,
          std::cerr,
          std::cin,
          out_is_tty,
          isatty(STDERR_FILENO) == 1,
          isatty(STDIN_FILENO) == 1,
          out_is_tty && !dumb && (no_colour == nullptr || *no_colour == '\0'),
          clock,
          [](Duration duration) {
            // Nobody notifies: this is a plain wait, and Ctrl-C ends the process as usual.
            std::mutex mutex;
            std::condition_variable never;
            std::unique_lock lock(mutex);
            never.wait_for(lock, duration, [] { return false; });
          }};
}

std::string Paint(const Terminal& terminal, Tone tone, std::string_view text) {
  if (!terminal.colour || tone == Tone::kPlain) return std::string(text);
  constexpr std::array<std::string_view, 5> kCodes = {"", "32", "31", "2", "1"};
  return "\x1b[" + std::string(kCodes[static_cast<std::size_t>(tone)]) + "m" + std::string(text) +
         "\x1b[0m";
}

}  // namespace levelwind::cli
