#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/text.h"
#include "cli/cells.h"
#include "cli/render.h"
#include "cli/table.h"

namespace levelwind::cli {
namespace {

constexpr auto kRight = Table::Align::kRight;
constexpr auto kLeft = Table::Align::kLeft;

/// "1,2 -> 3,2", or "3:/data/a -> 3:/data/b" for a move between log dirs: one of the two.
std::string PlaceCell(const Json& move, bool after) {
  if (TextCell(Member(move, "kind")) != "log_dir") {
    return ListCell(Member(move, after ? "after" : "before"));
  }
  return fmt::format("{}:{}", CountCell(Member(move, "broker")),
                     TextCell(Member(move, after ? "to_log_dir" : "from_log_dir")));
}

std::string MovesTable(const Json& proposal, const RenderOptions& options) {
  const Json& moves = proposal.at("moves");
  Table table({{"PARTITION", kLeft},
               {"MOVE", kLeft},
               {"FROM", kLeft},
               {"TO", kLeft},
               {"MB", kRight},
               {"WHY", kLeft}});
  std::size_t shown = 0;
  for (const Json& move : moves) {
    if (options.max_moves > 0 && shown == options.max_moves) break;
    ++shown;
    const Json& bytes = Member(move, "bytes");
    table.Add({fmt::format("{}-{}", TextCell(Member(move, "topic")),
                           CountCell(Member(move, "partition"))),
               TextCell(Member(move, "kind")), PlaceCell(move, false), PlaceCell(move, true),
               bytes.is_number() ? fmt::format("{:.1f}", bytes.get<double>() / 1e6) : "?",
               TextCell(Member(move, "reason"))});
  }
  std::string out = table.Render(options.headers);
  if (shown < moves.size()) {
    out += fmt::format("... and {} more; --all shows them\n", moves.size() - shown);
  }
  return out;
}

/// A goal that the planner could not judge has zero violations: that is unknown, not "ok".
std::string Verdict(const Json& goal, const char* key) {
  const Json& count = Member(goal, key);
  if (!count.is_number() || Member(goal, "judged") == false) return "?";
  return count.get<double>() == 0 ? "ok" : CountCell(count) + " off";
}

std::string GoalsTable(const Json& proposal, const RenderOptions& options) {
  Table table({{"GOAL", kLeft}, {"BEFORE", kLeft}, {"AFTER", kLeft}, {"NOTE", kLeft}});
  for (const Json& goal : proposal.at("goals")) {
    table.Add({TextCell(Member(goal, "goal")) + (Member(goal, "hard") == true ? " (hard)" : ""),
               Verdict(goal, "violations_before"), Verdict(goal, "violations_after"),
               TextCell(Member(goal, "note"))});
  }
  return table.empty() ? "" : "\n" + table.Render(options.headers);
}

/// Percent of a broker, already times 100.
std::string CpuCell(const Json& value) {
  return value.is_number() ? fmt::format("{:.1f} %", value.get<double>()) : "?";
}

std::string BrokersTable(const Json& proposal, const RenderOptions& options) {
  Table table({{"BROKER", kRight},
               {"LEADERS", kLeft},
               {"REPLICAS", kLeft},
               {"DISK", kLeft},
               {"LEADER RATE", kLeft},
               {"IN", kLeft},
               {"OUT", kLeft},
               {"CPU", kLeft}});
  for (const Json& broker : proposal.at("brokers")) {
    const auto change = [&](const std::string& key, auto cell) {
      return ChangeCell(cell(Member(broker, (key + "_before").c_str())),
                        cell(Member(broker, (key + "_after").c_str())));
    };
    table.Add({CountCell(Member(broker, "broker")), change("leaders", CountCell),
               change("replicas", CountCell), change("disk_bytes", BytesCell),
               change("leader_bytes_in_per_second", RateCell),
               change("bytes_in_per_second", RateCell), change("bytes_out_per_second", RateCell),
               change("cpu_percent", CpuCell)});
  }
  return table.empty() ? "" : "\n" + table.Render(options.headers);
}

/// How full the log dirs are; only plans between them have any.
std::string LogDirsTable(const Json& proposal, const RenderOptions& options) {
  Table table({{"BROKER", kRight}, {"LOG DIR", kLeft}, {"USED", kLeft}, {"OF", kRight}});
  for (const Json& dir : Member(proposal, "log_dirs")) {
    table.Add(
        {CountCell(Member(dir, "broker")), TextCell(Member(dir, "log_dir")),
         ChangeCell(BytesCell(Member(dir, "bytes_before")), BytesCell(Member(dir, "bytes_after"))),
         BytesCell(Member(dir, "capacity_bytes"))});
  }
  return table.empty() ? "" : "\n" + table.Render(options.headers);
}

/// What is proven about the bytes: "no plan that meets every band can copy less than 11 GiB (dual
/// bound): within 3.4 %".
std::string BoundWords(const Json& proposal) {
  const Json& bound = Member(proposal, "bytes_lower_bound");
  if (!bound.is_number()) return "";
  const Json& open = Member(proposal, "bound_open_bands");
  const bool all = !open.is_number() || open.get<double>() == 0;
  std::string words =
      fmt::format("no plan that meets {} can copy less than {}",
                  all ? "every band" : "the bands that this one meets", BytesCell(bound));
  const std::string method = TextCell(Member(proposal, "bound_method"));
  if (!method.empty()) words += fmt::format(" ({} bound)", EscapeControl(method));
  const Json& gap = Member(proposal, "bound_gap");
  if (gap.is_number()) {
    words += fmt::format(": within {:.1f} %", std::max(0.0, gap.get<double>() * 100));
  }
  return words;
}

/// "takes about 2 h 40 min (no order takes less than 2 h 36 min)".
std::string MakespanWords(const Json& proposal) {
  const Json& span = Member(proposal, "makespan_seconds");
  if (!span.is_number() || span.get<double>() <= 0) return "";
  return fmt::format("takes about {} (no order of these moves takes less than {})",
                     DurationCell(span), DurationCell(Member(proposal, "makespan_bound_seconds")));
}

/// What the cluster lacks or could spare; "" when it is right or nothing is known.
std::string ProvisionLines(const Json& proposal) {
  std::string out;
  for (const Json& advice : Member(proposal, "provision")) {
    const std::string status = TextCell(Member(advice, "status"));
    if (status != "under" && status != "over") continue;
    out += fmt::format("{}provisioned ({}): {}\n", status,
                       EscapeControl(TextCell(Member(advice, "resource"))),
                       EscapeControl(TextCell(Member(advice, "sentence"))));
  }
  return out;
}

std::string ScoreLine(const Json& proposal) {
  const auto score = [&](const char* key) {
    const Json& value = Member(proposal, key);
    return value.is_number() ? fmt::format("{:.1f}", value.get<double>()) : std::string("?");
  };
  std::string out =
      fmt::format("\nscore {}; copies {}", ChangeCell(score("score_before"), score("score_after")),
                  BytesCell(Member(proposal, "bytes_to_move")));
  if (const std::string bound = BoundWords(proposal); !bound.empty()) out += "; " + bound;
  if (const std::string span = MakespanWords(proposal); !span.empty()) out += "\n" + span;
  return out + "\n" + ProvisionLines(proposal);
}

std::string Proposal(const Json& answer, const RenderOptions& options) {
  const Json& proposal = answer.at("proposal");
  const std::string id = TextCell(Member(proposal, "id"));
  std::string out = id.empty() ? "" : id + ": ";
  out += EscapeControl(TextCell(Member(proposal, "summary"))) + "\n";
  out += fmt::format("confidence: {}\n", EscapeControl(TextCell(Member(proposal, "confidence"))));
  if (!proposal.at("moves").empty()) out += "\n" + MovesTable(proposal, options);
  out += GoalsTable(proposal, options) + BrokersTable(proposal, options) +
         LogDirsTable(proposal, options) + ScoreLine(proposal);
  for (const Json& note : Member(proposal, "notes")) {
    out += "note: " + EscapeControl(TextCell(note)) + "\n";
  }
  return out;
}

/// "1. orders-0: 1,2 -> 3,2, 2.9 MiB (ReplicaDistributionGoal)\n   broker 3 holds ..."
std::string Explanation(const Json& answer) {
  const Json& proposal = answer.at("proposal");
  std::string out = fmt::format("{}: {}\n", TextCell(Member(proposal, "id")),
                                EscapeControl(TextCell(Member(proposal, "summary"))));
  std::size_t number = 0;
  for (const Json& move : proposal.at("moves")) {
    out += fmt::format("{}. {}-{}: {} -> {}, {} ({})\n   {}\n", ++number,
                       EscapeControl(TextCell(Member(move, "topic"))),
                       CountCell(Member(move, "partition")), EscapeControl(PlaceCell(move, false)),
                       EscapeControl(PlaceCell(move, true)), BytesCell(Member(move, "bytes")),
                       EscapeControl(TextCell(Member(move, "goal"))),
                       EscapeControl(TextCell(Member(move, "reason"))));
  }
  out += ScoreLine(proposal);
  for (const Json& note : Member(proposal, "notes")) {
    out += "note: " + EscapeControl(TextCell(note)) + "\n";
  }
  return out;
}

std::string WhyNot(const Json& answer, const RenderOptions& options) {
  const Json& why = answer.at("why_not");
  std::string out =
      fmt::format("{}-{} on broker {}: {}\n", EscapeControl(TextCell(Member(why, "topic"))),
                  CountCell(Member(why, "partition")), CountCell(Member(why, "to")),
                  EscapeControl(TextCell(Member(why, "conclusion"))));
  if (why.at("goals").empty()) return out;
  const std::string from = CountCell(Member(why, "from"));
  out += Member(why, "leadership") == true
             ? fmt::format("it has a replica; the lead would come from broker {}\n", from)
             : fmt::format("asked for the replica on broker {}, {} to copy\n", from,
                           BytesCell(Member(why, "bytes")));
  Table table({{"GOAL", kLeft}, {"SAYS", kLeft}, {"WHY", kLeft}});
  for (const Json& goal : why.at("goals")) {
    table.Add({TextCell(Member(goal, "goal")) + (Member(goal, "hard") == true ? " (hard)" : ""),
               TextCell(Member(goal, "says")), TextCell(Member(goal, "why"))});
  }
  return out + "\n" + table.Render(options.headers);
}

std::string Proposals(const Json& answer, const RenderOptions& options) {
  if (answer.at("proposals").empty()) return "no proposals yet; make one with 'levelwind plan'\n";
  Table table({{"ID", kLeft},
               {"CREATED", kLeft},
               {"REPLICA MOVES", kRight},
               {"LEADER MOVES", kRight},
               {"BYTES", kRight},
               {"SCORE", kLeft},
               {"ASKED FOR", kLeft},
               {"SUMMARY", kLeft}});
  for (const Json& proposal : answer.at("proposals")) {
    const auto score = [&](const char* key) {
      const Json& value = Member(proposal, key);
      return value.is_number() ? fmt::format("{:.1f}", value.get<double>()) : std::string("?");
    };
    table.Add({TextCell(Member(proposal, "id")), TextCell(Member(proposal, "created_at")),
               CountCell(Member(proposal, "replica_moves")),
               CountCell(Member(proposal, "leader_moves")),
               BytesCell(Member(proposal, "bytes_to_move")),
               ChangeCell(score("score_before"), score("score_after")),
               TextCell(Member(proposal, "asked_for")), TextCell(Member(proposal, "summary"))});
  }
  return table.Render(options.headers);
}

// "20 s to 40 s": when it will be over; empty when it is.
std::string LeftCell(const Json& operation) {
  if (Member(operation, "terminal") == true) return {};
  const std::string low = DurationCell(Member(operation, "eta_low_seconds"));
  const std::string high = DurationCell(Member(operation, "eta_high_seconds"));
  return low == high ? low : fmt::format("{} to {}", low, high);
}

std::string Operations(const Json& answer, const RenderOptions& options) {
  if (answer.at("operations").empty()) return "no operations yet; 'levelwind apply ID' makes one\n";
  Table table({{"ID", kLeft},
               {"PROPOSAL", kLeft},
               {"STATE", kLeft},
               {"STEPS", kRight},
               {"COPIED", kRight},
               {"RATE", kRight},
               {"LEFT", kLeft},
               {"STARTED", kLeft},
               {"BY", kLeft},
               {"NOTE", kLeft}});
  for (const Json& operation : answer.at("operations")) {
    table.Add({TextCell(Member(operation, "id")), TextCell(Member(operation, "proposal")),
               TextCell(Member(operation, "state")),
               fmt::format("{}/{}", CountCell(Member(operation, "steps_done")),
                           CountCell(Member(operation, "steps_total"))),
               BytesCell(Member(operation, "bytes_done")),
               RateCell(Member(operation, "bytes_per_second")), LeftCell(operation),
               TextCell(Member(operation, "created_at")), TextCell(Member(operation, "author")),
               TextCell(Member(operation, "hold_reason"))});
  }
  return table.Render(options.headers);
}

}  // namespace

Result<std::string> RenderProposal(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return Proposal(json, options); });
}
Result<std::string> RenderExplanation(const std::string& body) {
  return Rendered(body, [](const Json& json) { return Explanation(json); });
}
Result<std::string> RenderWhyNot(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return WhyNot(json, options); });
}
Result<std::string> RenderProposals(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return Proposals(json, options); });
}
Result<std::string> RenderOperations(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return Operations(json, options); });
}

}  // namespace levelwind::cli
