#pragma once

// Internal to cli/: the ends of all verbs.

#include <string>

#include "base/result.h"
#include "cli/api_client.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

namespace levelwind::cli {

/// Says what went wrong in one line on stderr and gives the exit code for it.
int Fail(const Error& error, Terminal& terminal);

/// Prints a rendered answer, or fails.
int PrintText(const Result<std::string>& text, Terminal& terminal);

/// Gets `path` and prints it as the format wants, `render` making the table.
template <class Render>
int GetAndPrint(const ClientArgs& args, const std::string& path, const Render& render,
                Terminal& terminal) {
  auto client = ApiClient::Open(args.api, args.author);
  if (!client.ok()) return Fail(client.error(), terminal);
  auto body = client->Get(path);
  if (!body.ok()) return Fail(body.error(), terminal);
  return PrintText(args.format == Format::kJson ? body : render(*body), terminal);
}

/// {"reason": ...}, without the key when there is none.
std::string ReasonBody(const std::string& reason);

/// kFailedPrecondition and the like name the file.
Status WriteFile(const std::string& path, const std::string& text);

}  // namespace levelwind::cli
