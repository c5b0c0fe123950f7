#include "config/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace levelwind::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

LoadRequest WithEnvironment(std::map<std::string, std::string> variables) {
  LoadRequest request;
  request.environment = [variables](const std::string& name) -> std::optional<std::string> {
    const auto it = variables.find(name);
    if (it == variables.end()) return std::nullopt;
    return it->second;
  };
  return request;
}

Loaded Load(const std::string& yaml, const LoadRequest& request = WithEnvironment({})) {
  return LoadConfigText(yaml, request);
}

std::string ProblemsOf(const std::string& yaml) {
  return FormatProblems("f.yaml", Load(yaml).problems) + "\n";
}

TEST(LoadConfig, EmptyFileGivesTheDefaults) {
  const Loaded loaded = Load("");
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(loaded.config.mode, Mode::kObserve);
  EXPECT_EQ(loaded.config.listen, "127.0.0.1:8844");
  EXPECT_EQ(loaded.config.collect.offset_interval, seconds(5));
}

TEST(LoadConfig, NestedSecurityKeys) {
  const Loaded loaded = Load(R"(
cluster:
  name: a
  security:
    protocol: SASL_SSL
    tls: {ca_file: /ca.pem, verify_hostname: false}
    sasl:
      mechanism: SCRAM-SHA-256
      username: alice
      password_file: ${DIR:-/etc}/password
)");
  EXPECT_TRUE(loaded.problems.empty()) << FormatProblems("f", loaded.problems);
  const kafka::SecurityOptions& security = loaded.config.kafka.security;
  EXPECT_EQ(security.protocol, kafka::SecurityProtocol::kSaslSsl);
  EXPECT_EQ(security.sasl.mechanism, kafka::SaslMechanism::kScramSha256);
  EXPECT_EQ(security.tls.ca_file, "/ca.pem");
  EXPECT_FALSE(security.tls.verify_hostname);
  EXPECT_EQ(security.sasl.password.file, "/etc/password");
}

TEST(LoadConfig, ALiteralSecretIsRefusedAndNotRepeated) {
  const std::string problems = ProblemsOf(
      "cluster:\n  security:\n    sasl:\n      password: canary-1\n    oauth:\n"
      "      client_secret: canary-2\n");
  EXPECT_THAT(problems,
              HasSubstr("f.yaml:4:7: cluster.security.sasl.password: a secret is not written into "
                        "the configuration; write it into a file and set "
                        "cluster.security.sasl.password_file"));
  EXPECT_THAT(problems, HasSubstr("cluster.security.oauth.client_secret_env"));
  EXPECT_THAT(problems, ::testing::Not(HasSubstr("canary")));
}

TEST(LoadConfig, BooleansAreTrueOrFalse) {
  EXPECT_THAT(ProblemsOf("cluster: {security: {tls: {verify_hostname: maybe}}}"),
              HasSubstr("'maybe' is not true or false"));
}

TEST(LoadConfig, ReadsEveryTypeOfValue) {
  const Loaded loaded = Load(R"(
mode: operate
state_dir: /tmp/lw
log:
  level: debug
cluster:
  bootstrap: [a:1, "b:2"]
  max_frame: 32MiB
collect:
  offset_interval: 1500ms
plan:
  band_margin: 0.2
  max_bytes: unlimited
  max_replica_moves: 12
  max_duration: 2h
  effort: thorough
  seed: 99
  retiring_brokers: [4, 7]
execute:
  throttle: 10MiB/s
  dead_target_patience: 3m
)");
  ASSERT_TRUE(loaded.problems.empty()) << FormatProblems("f", loaded.problems);
  const Config& config = loaded.config;
  EXPECT_EQ(config.mode, Mode::kOperate);
  EXPECT_EQ(config.log.level, LogLevel::kDebug);
  EXPECT_THAT(config.kafka.bootstrap, ElementsAre("a:1", "b:2"));
  EXPECT_EQ(config.kafka.max_frame_bytes, 32 << 20);
  EXPECT_EQ(config.collect.offset_interval, milliseconds(1500));
  EXPECT_DOUBLE_EQ(config.plan.band_margin, 0.2);
  EXPECT_EQ(config.plan.max_bytes, -1);
  EXPECT_EQ(config.plan.max_replica_moves, 12);
  EXPECT_EQ(config.plan.max_duration_s, 7200);
  EXPECT_EQ(PlanOptions(config).transfer.rate_bytes_per_s, 10 << 20) << "as the executor copies";
  EXPECT_EQ(config.plan.effort, planner::Effort::kThorough);
  EXPECT_EQ(config.plan.seed, 99U);
  EXPECT_THAT(config.plan.retiring_brokers, ElementsAre(4, 7));
  EXPECT_EQ(config.execute.throttle_bytes_per_s, 10 << 20);
  EXPECT_EQ(config.execute.dead_target_patience, minutes(3));
  EXPECT_EQ(loaded.keys_from_file, 15);
}

struct BadCase {
  const char* name;
  const char* yaml;
  const char* message;  ///< The whole output.
};

class BadConfig : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadConfig, IsNamedWithPlaceReasonAndNextStep) {
  EXPECT_EQ(ProblemsOf(GetParam().yaml), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadConfig,
    ::testing::Values(
        BadCase{"UnknownKey", "mod: observe\n",
                "f.yaml:1:1: unknown key 'mod'; did you mean 'mode'?\n"},
        BadCase{"UnknownNestedKey", "plan:\n  band_margn: 0.1\n",
                "f.yaml:2:3: unknown key 'plan.band_margn'; did you mean 'plan.band_margin'?\n"},
        BadCase{"RightWordWrongSection", "throttle: 1MiB/s\n",
                "f.yaml:1:1: unknown key 'throttle'; did you mean 'execute.throttle'?\n"},
        BadCase{"NothingNear", "wibblewobble: 1\n",
                "f.yaml:1:1: unknown key 'wibblewobble'; docs/configuration.md lists all keys\n"},
        BadCase{"DottedKey", "plan.seed: 1\n",
                "f.yaml:1:1: unknown key 'plan.seed'; did you mean 'plan.seed'?\n"},
        BadCase{"Duplicate", "mode: observe\nlisten: 127.0.0.1:1\nmode: operate\n",
                "f.yaml:3:1: duplicate key 'mode'; it is already in line 1, remove one\n"},
        BadCase{"DurationWithoutUnit", "collect:\n  offset_interval: 15\n",
                "f.yaml:2:20: collect.offset_interval: '15' is not a duration; write 500ms, 15s, "
                "10m or 2h\n"},
        BadCase{"DurationOutOfRange", "collect:\n  offset_interval: 1ms\n",
                "f.yaml:2:20: collect.offset_interval: '1ms' is out of range; allowed is 500ms to "
                "5m\n"},
        BadCase{"BytesWithoutUnit", "cluster:\n  max_frame: 10000000\n",
                "f.yaml:2:14: cluster.max_frame: '10000000' has no unit; write 64MiB or 10GB\n"},
        BadCase{"QuietHoursThatAreNone", "execute:\n  quiet_hours: ['8-18']\n",
                "f.yaml:2:16: execute.quiet_hours: '8-18' is not a window of time; write "
                "'22:00-06:00', 'Mon-Fri 08:00-18:00 +02:00' or 'Mon-Fri 08:00-18:00 "
                "Europe/Berlin'\n"},
        BadCase{"HealingOfATypeThatIsNone", "heal:\n  graces: [dead_broker]\n",
                "f.yaml:2:11: heal.graces: 'dead_broker' is not TYPE=VALUE; write "
                "dead_broker=30m\n"},
        BadCase{"WebhookInPlainHttp", "notify:\n  webhook:\n    url: http://h.example/x\n",
                "f.yaml:3:10: notify.webhook.url: http://h.example is not sent to: use https, or "
                "name h.example in notify.allow_hosts\n"},
        BadCase{"BrokerThatIsNoId", "plan:\n  retiring_brokers: [4, b5]\n",
                "f.yaml:2:21: plan.retiring_brokers: 'b5' is not a broker id, which is a whole "
                "number from 0 on\n"},
        BadCase{"RateWithoutSecond", "execute:\n  throttle: 10MiB\n",
                "f.yaml:2:13: execute.throttle: '10MiB' is not a rate in bytes per second; write "
                "50MiB/s\n"},
        BadCase{"RateWithoutUnit", "execute:\n  throttle: 10/s\n",
                "f.yaml:2:13: execute.throttle: '10/s' has no unit; write 50MiB/s\n"},
        BadCase{"Choice", "mode: operat\n",
                "f.yaml:1:7: mode: 'operat' is not one of observe, operate; did you mean "
                "'operate'?\n"},
        BadCase{"NotWhole", "plan:\n  seed: 1.5\n",
                "f.yaml:2:9: plan.seed: '1.5' is not a whole number\n"},
        BadCase{"NotANumber", "plan:\n  band_margin: nan\n",
                "f.yaml:2:16: plan.band_margin: 'nan' is not a number\n"},
        BadCase{"WideListen", "listen: 0.0.0.0:8844\n",
                "f.yaml:1:9: listen: '0.0.0.0:8844' is not a loopback address; anything wider is "
                "refused until TLS and authentication exist; write 127.0.0.1:8844\n"},
        BadCase{"ListenNoPort", "listen: localhost\n",
                "f.yaml:1:9: listen: 'localhost' is not an address to listen on; write "
                "127.0.0.1:8844\n"},
        BadCase{"Bootstrap", "cluster:\n  bootstrap: [a:1, b]\n",
                "f.yaml:2:14: cluster.bootstrap: 'b' is not host:port; write for example "
                "broker1:9092\n"},
        BadCase{"OperateWithoutState", "mode: operate\n",
                "f.yaml: state_dir: operate mode needs a directory for its journal; set state_dir "
                "or --state-dir, or use mode observe\n"},
        BadCase{"Alias", "mode: &m observe\n",
                "f.yaml:1:7: anchors (&name) are not supported; write the value out\n"},
        BadCase{"Tag", "mode: !!str observe\n",
                "f.yaml:1:7: tags (tag:yaml.org,2002:str) are not supported; remove it\n"},
        BadCase{"TopLevelList", "- a\n- b\n",
                "f.yaml:1:1: the file must be a map of keys, such as 'mode: observe'\n"},
        BadCase{"SectionAsValue", "plan: fast\n", "f.yaml:1:7: plan: must be a map of keys\n"},
        BadCase{"ValueAsSection", "mode:\n  fast: 1\n",
                "f.yaml:2:3: mode: must be a single value; write a choice, for example operate\n"},
        BadCase{"NoValue", "mode:\n",
                "f.yaml:1:1: mode: has no value; write a choice, for example operate\n"},
        BadCase{"SecondDocument", "mode: observe\n---\nmode: observe\n",
                "f.yaml:2:1: only one YAML document is expected; remove the '---' and what "
                "follows\n"},
        BadCase{"TooDeep", "plan: [[[[[[[[[[[1]]]]]]]]]]]\n", "f.yaml:1:14: nested too deeply\n"},
        BadCase{"UnsetVariable", "state_dir: ${NOPE}/x\n",
                "f.yaml:1:12: state_dir: the environment variable NOPE is not set; set it or write "
                "${NOPE:-default}\n"},
        BadCase{"OpenVariable", "state_dir: ${NOPE\n",
                "f.yaml:1:12: state_dir: '${' has no closing '}'; write $$ for one '$'\n"},
        BadCase{"Regex", "plan:\n  exclude_topics: '('\n",
                "f.yaml:2:19: plan.exclude_topics: '(' is not a regular expression in "
                "ECMAScript's syntax; write for example orders-.*\n"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(LoadConfig, MetricsAndCompatibilityKeys) {
  const Loaded loaded = Load(
      "metrics:\n  granularity: topic\n  deny_groups: ['a.*', /b/]\n  max_series: unlimited\n"
      "compat:\n  kminion: true\n  burrow: true\nburrow:\n  intervals: 20\n  min_distance: 1s\n");
  EXPECT_EQ(FormatProblems("f", loaded.problems), "");
  const api::MetricsOptions& metrics = loaded.config.metrics;
  EXPECT_EQ(metrics.granularity, api::MetricsGranularity::kTopic);
  EXPECT_THAT(metrics.deny_groups, ElementsAre("a.*", "/b/"));
  EXPECT_EQ(metrics.max_series, -1);
  EXPECT_TRUE(metrics.kminion);
  EXPECT_FALSE(metrics.kafka_exporter);
  EXPECT_TRUE(loaded.config.collect.burrow.on);
  EXPECT_EQ(loaded.config.collect.burrow.rules.intervals, 20);
  EXPECT_EQ(loaded.config.collect.burrow.rules.min_distance, seconds(1));
  EXPECT_THAT(ProblemsOf("metrics:\n  allow_topics: ['a(']\n"),
              HasSubstr("metrics.allow_topics: 'a(' is not a regular expression in RE2's syntax"));
}

TEST(LoadConfig, ReportsEverythingAtOnceInTheOrderOfTheFile) {
  const Loaded loaded = Load("mod: x\nplan:\n  seed: -1\n  effort: slow\nlisten: 8.8.8.8:1\n");
  ASSERT_EQ(loaded.problems.size(), 4U);
  EXPECT_EQ(loaded.problems[0].place.line, 1);
  EXPECT_EQ(loaded.problems[1].place.line, 3);
  EXPECT_EQ(loaded.problems[2].place.line, 4);
  EXPECT_EQ(loaded.problems[3].place.line, 5);
}

TEST(LoadConfig, SyntaxErrorsHaveALine) {
  EXPECT_THAT(ProblemsOf("mode: observe\nplan: {seed: 1\n"), HasSubstr("not valid YAML"));
  EXPECT_THAT(ProblemsOf("mode: observe\n\tplan: x\n"), HasSubstr("f.yaml:2:"));
}

TEST(LoadConfig, HostileTextsAreRefusedQuickly) {
  EXPECT_THAT(ProblemsOf(std::string(2 << 20, 'a')), HasSubstr("larger than 1 MiB"));
  EXPECT_THAT(ProblemsOf(std::string(900'000, '[')), HasSubstr("f.yaml:1:"));
  EXPECT_THAT(ProblemsOf(std::string(900'000, '{')), HasSubstr("f.yaml:"));
  EXPECT_THAT(ProblemsOf("mode: \"\\x1b[31mred\"\n"), HasSubstr("'\\x1b[31mred' is not one of"));
  std::string billion = "a: &a [x]\n";
  EXPECT_THAT(ProblemsOf(billion + "b: [*a, *a]\n"), HasSubstr("anchors"));
}

TEST(LoadConfig, PrecedenceIsFlagThenEnvironmentThenFile) {
  LoadRequest request = WithEnvironment({{"LEVELWIND_LISTEN", "127.0.0.1:2"},
                                         {"LEVELWIND_CLUSTER_NAME", "env"},
                                         {"LEVELWIND_CLUSTER_BOOTSTRAP", "x:1, y:2"}});
  request.overrides = {{"listen", "127.0.0.1:3", "--listen"}};
  const Loaded loaded =
      Load("listen: 127.0.0.1:1\ncluster:\n  name: file\nstate_dir: /file\n", request);
  ASSERT_TRUE(loaded.problems.empty()) << FormatProblems("f", loaded.problems);
  EXPECT_EQ(loaded.config.listen, "127.0.0.1:3");
  EXPECT_EQ(loaded.config.cluster_name, "env");
  EXPECT_EQ(loaded.config.state_dir, "/file");
  EXPECT_THAT(loaded.config.kafka.bootstrap, ElementsAre("x:1", "y:2"));
}

TEST(LoadConfig, ErrorsOfFlagsAndEnvironmentNameThem) {
  LoadRequest request = WithEnvironment({{"LEVELWIND_PLAN_SEED", "soon"}});
  request.overrides = {{"mode", "fast", "--mode"}};
  EXPECT_EQ(FormatProblems("", Load("", request).problems),
            "LEVELWIND_PLAN_SEED: plan.seed: 'soon' is not a whole number\n"
            "--mode: mode: 'fast' is not one of observe, operate");
}

TEST(LoadConfig, AFlagMendsABadFileValueOnlyInTheEffect) {
  // The file's mistake is still told: it would bite without the flag.
  LoadRequest request = WithEnvironment({});
  request.overrides = {{"listen", "127.0.0.1:3", "--listen"}};
  EXPECT_TRUE(Load("listen: 0.0.0.0:1\n", request).problems.empty());
}

TEST(LoadConfig, VariablesAreSubstitutedAfterParsing) {
  const auto request = WithEnvironment({{"DIR", "a: b # [x]"}, {"EMPTY", ""}});
  const Loaded loaded = Load(
      "state_dir: ${DIR}\nlog:\n  file: ${env:EMPTY:-/v}$${x}\ncluster:\n  name: \"$5 "
      "${EMPTY}!\"\n",
      request);
  ASSERT_TRUE(loaded.problems.empty()) << FormatProblems("f", loaded.problems);
  EXPECT_EQ(loaded.config.state_dir, "a: b # [x]");
  EXPECT_EQ(loaded.config.log.file, "/v${x}");
  EXPECT_EQ(loaded.config.cluster_name, "$5 !");
}

TEST(LoadConfig, AFileThatIsNotThereIsOneClearLine) {
  LoadRequest request = WithEnvironment({});
  request.file = "/nowhere/levelwind.yaml";
  const auto config = LoadOrError(request);
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().message(),
            "/nowhere/levelwind.yaml: cannot be read: No such file or directory");
  request.file = "/tmp";
  EXPECT_THAT(LoadOrError(request).error().message(), HasSubstr("/tmp: cannot be read"));
}

TEST(ParseListen, TakesLoopbackOnly) {
  EXPECT_EQ(ParseListen("localhost:1")->ip, "127.0.0.1");
  EXPECT_EQ(ParseListen("[::1]:65535")->ip, "::1");
  EXPECT_EQ(ParseListen("[::1]:65535")->port, 65535);
  for (const char* bad : {"", ":1", "1", "127.0.0.1", "127.0.0.1:70000", "127.0.0.1:", "::1:5",
                          "[::]:1", "10.0.0.1:1", "127.0.0.1.evil.com:1", "127.0.0.999:1", "*:1"}) {
    EXPECT_FALSE(ParseListen(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace levelwind::config
