#include "collectors/broker_metrics/metric_names.h"

#include <array>
#include <string>
#include <utility>

namespace levelwind::collectors {
namespace {

/// Lower case, letters and digits only.
void AppendPlain(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += c;
    }
  }
}

bool Cut(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

using Stem = std::pair<std::string_view, Figure>;

constexpr std::array<Stem, 9> kTopicMeters = {{
    {"bytesin", Figure::kBytesIn},
    {"bytesout", Figure::kBytesOut},
    {"messagesin", Figure::kMessagesIn},
    {"replicationbytesin", Figure::kReplicationIn},
    {"replicationbytesout", Figure::kReplicationOut},
    {"totalproducerequests", Figure::kProduceRequests},
    {"producerequests", Figure::kProduceRequests},
    {"totalfetchrequests", Figure::kFetchRequests},
    {"fetchrequests", Figure::kFetchRequests},
}};

constexpr std::array<Stem, 4> kGauges = {{
    {"kafkanetworkrequestchannelrequestqueuesize", Figure::kRequestQueue},
    {"kafkaloglogsize", Figure::kLogSize},
    {"javalangoperatingsystemprocesscpuload", Figure::kCpuLoad},
    {"javalangoperatingsystemavailableprocessors", Figure::kProcessors},
}};

std::optional<Form> MeterForm(std::string_view tail, MetricKind kind) {
  if (tail == "total" || tail == "count" || tail == "counttotal") return Form::kCounter;
  if (tail == "oneminuterate") return Form::kRate;
  if (tail == "meanrate") return Form::kMeanRate;
  if (!tail.empty()) return std::nullopt;
  // The bare name says nothing: only its type tells a counter from a rate.
  if (kind == MetricKind::kCounter) return Form::kCounter;
  if (kind == MetricKind::kGauge) return Form::kRate;
  return std::nullopt;
}

std::optional<Meaning> TopicMeter(std::string_view rest, MetricKind kind) {
  for (const bool infix : {false, true}) {  // "..._total_bytesinpersec_count"
    std::string_view name = rest;
    if (infix && !Cut(name, "total")) break;
    for (const auto& [stem, figure] : kTopicMeters) {
      std::string_view tail = name;
      if (!Cut(tail, stem)) continue;
      Cut(tail, "persec");
      if (const auto form = MeterForm(tail, kind)) return Meaning{figure, *form};
    }
  }
  return std::nullopt;
}

bool IsP999(std::string_view tail, const MetricLine& line) {
  if (tail == "999thpercentile") return true;
  const std::string* quantile = line.Label("quantile");
  return tail.empty() && quantile != nullptr && *quantile == "0.999";
}

std::optional<Meaning> RequestTime(std::string_view rest, const MetricLine& line) {
  const std::string_view request = LooseLabel(line, "request");
  const bool produce = request == "Produce";
  if (!produce && request != "FetchConsumer") return std::nullopt;
  const bool total = Cut(rest, "totaltimems");
  if (!total && !Cut(rest, "localtimems")) return std::nullopt;
  if (!IsP999(rest, line) || (!produce && !total)) return std::nullopt;
  if (!produce) return Meaning{Figure::kFetchTotalTime, Form::kP999};
  return Meaning{total ? Figure::kProduceTotalTime : Figure::kProduceLocalTime, Form::kP999};
}

std::optional<Meaning> Idle(std::string_view tail, MetricKind kind, Figure figure) {
  Cut(tail, "percent");
  // An idle "rate" under a bare name is the mean since the start (Strimzi's rules); a gauge of the
  // network threads is what it says.
  if (tail.empty() || tail == "value") {
    return Meaning{figure, figure == Figure::kHandlerIdle ? Form::kMeanRate : Form::kGauge};
  }
  const auto form = MeterForm(tail, kind);
  return form ? std::optional(Meaning{figure, *form}) : std::nullopt;
}

std::optional<Meaning> Quota(std::string_view rest, const MetricLine& line) {
  std::string resource;
  AppendPlain(LooseLabel(line, "resource"), resource);
  std::string_view kind = resource;
  if (!Cut(rest, "quota")) {
    for (const std::string_view known : {"produce", "fetch", "request"}) {
      if (Cut(rest, known)) {
        kind = known;
        break;
      }
    }
  }
  if (rest == "byterate" && kind == "produce") return Meaning{Figure::kClientProduce, Form::kGauge};
  if (rest == "byterate" && kind == "fetch") return Meaning{Figure::kClientFetch, Form::kGauge};
  if (rest == "requesttime" && kind == "request") return Meaning{Figure::kClientTime, Form::kGauge};
  return std::nullopt;
}

/// `plain` begins with "kafka" no more.
std::optional<Meaning> KafkaMeaning(std::string_view plain, const MetricLine& line) {
  if (Cut(plain, "serverbrokertopicmetrics")) return TopicMeter(plain, line.kind);
  if (Cut(plain, "networkrequestmetrics")) return RequestTime(plain, line);
  if (Cut(plain, "serverkafkarequesthandlerpoolrequesthandleravgidle")) {
    return Idle(plain, line.kind, Figure::kHandlerIdle);
  }
  if (Cut(plain, "networksocketservernetworkprocessoravgidle")) {
    return Idle(plain, line.kind, Figure::kNetworkIdle);
  }
  if (Cut(plain, "loglogflushstatslogflushrateandtimems")) {
    if (!IsP999(plain, line)) return std::nullopt;
    return Meaning{Figure::kLogFlushTime, Form::kP999};
  }
  if (Cut(plain, "server")) return Quota(plain, line);
  return std::nullopt;
}

}  // namespace

std::string_view LooseLabel(const MetricLine& line, std::string_view plain) {
  std::string name;
  for (const MetricLabel& label : line.labels) {
    name.clear();
    AppendPlain(label.name, name);
    if (name == plain) return label.value;
  }
  return {};
}

std::optional<Meaning> MeaningOf(const MetricLine& line) {
  // Quick: most lines of a page are none of ours.
  const char first = line.name.empty() ? ' ' : line.name.front();
  if (first != 'k' && first != 'K' && first != 'p' && first != 'j') return std::nullopt;
  if (line.name == "process_cpu_seconds_total" || line.name == "process_cpu_seconds") {
    return Meaning{Figure::kCpuSeconds, Form::kCounter};
  }
  std::string plain;
  plain.reserve(line.name.size() + 32);
  const std::string* name = line.Label("name");
  const std::size_t attribute = line.name.rfind('_');
  if (name != nullptr && attribute != std::string_view::npos) {
    // Without rules: the bean's name is a label and the attribute ends the metric's name.
    AppendPlain(line.name.substr(0, attribute), plain);
    AppendPlain(*name, plain);
    AppendPlain(line.name.substr(attribute), plain);
  } else {
    AppendPlain(line.name, plain);
  }
  for (const auto& [stem, figure] : kGauges) {
    std::string_view tail = plain;
    if (Cut(tail, stem) && (tail.empty() || tail == "value")) return Meaning{figure, Form::kGauge};
  }
  std::string_view rest = plain;
  if (!Cut(rest, "kafka")) return std::nullopt;
  return KafkaMeaning(rest, line);
}

}  // namespace levelwind::collectors
