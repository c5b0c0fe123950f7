import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Whether the rules notice what is put in. A small record is made in which a topic "t" of two partitions is moved
 * from brokers 1 and 2 to 1 and 3 and back to another log dir, with throttles, an election and a restart in
 * between; it must be clean. Then each case spoils a copy of it in one way, and its rule must be named.
 */
final class RulesSelfTest {
  private interface Spoil {
    void in(Spoiled record);
  }

  private record Case(String rule, String what, Spoil spoil) {}

  /** A record with short ways to its parts. */
  private static final class Spoiled {
    final History history;

    Spoiled(History history) {
      this.history = history;
    }

    ObjectNode find(Predicate<ObjectNode> fits) {
      return history.own().stream().filter(fits).findFirst().orElseThrow();
    }

    ObjectNode request(String api) {
      return find(e -> e.path("kind").asText().equals("request") && e.path("api").asText().equals(api));
    }

    ObjectNode journal() {
      return find(e -> e.path("kind").asText().equals("journal"));
    }

    ObjectNode limits() {
      return find(e -> e.path("kind").asText().equals("limits"));
    }

    /** Every state that was recorded before the first request of this API. */
    List<ObjectNode> before(String api) {
      List<ObjectNode> states = new ArrayList<>();
      for (ObjectNode event : history.own()) {
        if (event == request(api)) {
          break;
        }
        if (event.path("kind").asText().equals("state")) {
          states.add((ObjectNode) event.get("state"));
        }
      }
      return states;
    }

    ObjectNode lastBefore(String api) {
      List<ObjectNode> states = before(api);
      return states.get(states.size() - 1);
    }

    ObjectNode last() {
      List<ObjectNode> states = history.own().stream().filter(e -> e.path("kind").asText().equals("state")).toList();
      return (ObjectNode) states.get(states.size() - 1).get("state");
    }

    ObjectNode part(ObjectNode state, String name) {
      return (ObjectNode) state.get("partitions").get(name);
    }

    /** Partition 0 of the first reassignment, as it was asked for. */
    ObjectNode target() {
      return (ObjectNode) request(REASSIGN).at("/body/topics/0/partitions/0");
    }

    ObjectNode config(String api, int resource) {
      return (ObjectNode) request(api).at("/body/resources/" + resource + "/configs/0");
    }

    ObjectNode row(String table, int index) {
      return (ObjectNode) journal().get(table).get(index);
    }

    /** The audit rows name what was asked for, whatever the wire says: as a daemon with this fault would. */
    void auditFollows() {
      int i = 0;
      for (ObjectNode event : history.own()) {
        if (event.path("changes").asBoolean()) {
          row("audit", i++).put("target", String.join("; ", Rules.itemsOf(event)));
        }
      }
    }
  }

  private static final String REASSIGN = "ALTER_PARTITION_REASSIGNMENTS";
  private static final String CONFIGS = "INCREMENTAL_ALTER_CONFIGS";
  private static final String DIRS = "ALTER_REPLICA_LOG_DIRS";
  private static final String ELECT = "ELECT_LEADERS";
  private static final String CREATE = "CREATE_PARTITIONS";

  private RulesSelfTest() {}

  static int run() throws IOException {
    History clean = RecordForTest.make();
    List<Rules.Broken> wrong = Rules.judge(clean);
    wrong.forEach(b -> System.out.println("FAIL the clean record: " + b.rule() + " " + b.what()));
    int failures = wrong.size();
    List<Case> cases = cases();
    for (Case c : cases) {
      Spoiled spoiled = new Spoiled(clean.copy());
      c.spoil().in(spoiled);
      List<Rules.Broken> found = Rules.judge(spoiled.history);
      if (found.stream().noneMatch(b -> b.rule().equals(c.rule()))) {
        failures++;
        System.out.println("FAIL " + c.rule() + " " + c.what() + ": found only " + found);
      }
    }
    long rules = cases.stream().map(Case::rule).distinct().count();
    System.out.printf("%d spoiled records for %d rules, %d not noticed%n", cases.size(), rules, failures);
    return failures == 0 ? 0 : 1;
  }

  private static void ints(ObjectNode node, String name, int... values) {
    ArrayNode list = node.putArray(name);
    for (int value : values) {
      list.add(value);
    }
  }

  private static List<Case> cases() {
    List<Case> all = new ArrayList<>();
    all.addAll(journalCases());
    all.addAll(clusterCases());
    all.addAll(throttleCases());
    return all;
  }

  private static List<Case> journalCases() {
    return List.of(
        new Case("I1", "announced after it was sent", r -> r.row("audit", 0).put("time_ms", 99_000)),
        new Case("I1", "no step says so", r -> ((ArrayNode) r.journal().get("steps")).remove(0)),
        new Case("I1", "no pre-image", r -> r.journal().putArray("config_preimages")),
        new Case("I1", "done before it was", r -> r.row("steps", 0).put("finished_ms", 4_100)),
        new Case("I2", "never ends", r -> r.row("operations", 0).put("state", "running")),
        new Case("I2", "a step that never ends", r -> r.row("steps", 1).put("state", "in_progress")),
        new Case("I2", "sent again when it was over", r -> r.row("steps", 0).put("finished_ms", 1_500)),
        new Case("I2", "not where it was put", r -> ints(r.part(r.last(), "t-0"), "replicas", 1, 2)),
        new Case("I2", "not in the log dir", r -> ((ObjectNode) r.part(r.last(), "t-1").get("dirs")).put("2", "/a")),
        new Case("I2", "sent again on its way", r -> {
          ObjectNode p = r.part(r.lastBefore(REASSIGN), "t-0");
          p.put("moving", true);
          ints(p, "adding", 3);
          ints(p, "removing", 2);
        }),
        new Case("I1", "a partition is made that no step has", r -> r.row("steps", 3).put("after", "2,3")),
        new Case("I2", "a partition is made twice", r -> ((ObjectNode) r.lastBefore(CREATE).get("partitions"))
            .set("t-2", r.part(r.last(), "t-2"))),
        new Case("I11", "an old process acts", r -> {
          ObjectNode again = r.request(CONFIGS).deepCopy();
          r.history.own().add(r.history.own().size() - 2, again.put("at", 9_500).put("arrived", 9_500).put("n", 99));
        }),
        new Case("I14", "started after the cancel", r -> r.history.own().add(1,
            History.event("mark").put("at", 1_100).put("what", "cancel op1"))),
        new Case("I15", "nobody asked", r -> r.find(e -> e.path("what").asText().equals("apply")).put("what", "look")),
        new Case("I15", "a request of another kind", r -> r.request(ELECT).put("api", "DELETE_TOPICS")),
        new Case("I18", "without an audit row", r -> ((ArrayNode) r.journal().get("audit")).remove(1)),
        new Case("I18", "an audit row without a request", r -> r.history.own().remove(r.request(DIRS))),
        new Case("I18", "a request that asks for more than its row", r ->
            ints(r.target(), "replicas", 1, 4)));
  }

  private static List<Case> clusterCases() {
    return List.of(
        new Case("I3", "another target", r -> {
          ints(r.target(), "replicas", 1, 3, 2);
          r.auditFollows();
        }),
        new Case("I3", "Kafka is not asked to guard", r ->
            ((ObjectNode) r.request(REASSIGN).get("body")).put("allowReplicationFactorChange", true)),
        new Case("I3", "another factor than approved", r -> r.row("steps", 0).put("before", "1")),
        new Case("I4", "taken back with only new replicas in sync", r -> {
          r.target().putNull("replicas");
          r.auditFollows();
          r.row("steps", 0).put("cancel", "operator");
          for (ObjectNode state : r.before(REASSIGN)) {
            ObjectNode p = r.part(state, "t-0");
            p.put("moving", true);
            ints(p, "replicas", 1, 3, 2);
            ints(p, "adding", 3);
            ints(p, "removing", 2);
            ints(p, "isr", 3);
          }
        }),
        new Case("I5", "others are under their min ISR", r -> r.before(REASSIGN).forEach(state -> {
          ObjectNode other = r.part(state, "t-0").deepCopy().put("topic", "other");
          ints(other, "isr");
          ((ObjectNode) state.get("partitions")).set("other-0", other);
        })),
        new Case("I5", "it is behind itself", r -> r.before(REASSIGN).forEach(state -> {
          ints(r.part(state, "t-0"), "isr", 2);
        })),
        new Case("I6", "too many moves", r -> r.limits().put("moves_cluster", 0)),
        new Case("I6", "too many on a broker", r -> r.limits().put("moves_per_broker", 0)),
        new Case("I6", "too many leader moves", r -> r.limits().put("leader_moves", 0)),
        new Case("I6", "too many between log dirs", r -> r.limits().put("moves_per_dir", 0)),
        new Case("I8", "both on one rack", r -> {
          ((ObjectNode) r.before(CONFIGS).get(0).get("brokers")).put("3", "r1");
        }),
        new Case("I9", "no room", r -> ((ObjectNode) r.lastBefore(REASSIGN).at("/usable/3")).put("/a", 1)),
        new Case("I9", "no room in the log dir", r -> ((ObjectNode) r.lastBefore(DIRS).at("/usable/2")).put("/b", 1)),
        new Case("I10", "the target is dead", r -> r.before(REASSIGN).forEach(state ->
            ((ObjectNode) state.get("brokers")).remove("3"))),
        new Case("I10", "a partition is made on a dead broker", r -> r.before(CREATE).forEach(state ->
            ((ObjectNode) state.get("brokers")).remove("3"))),
        new Case("I12", "in another tool's hands", r -> {
          ObjectNode p = r.part(r.lastBefore(REASSIGN), "t-0");
          p.put("moving", true);
          ints(p, "adding", 4);
        }),
        new Case("I12", "taken back unasked", r -> {
          r.target().putNull("replicas");
          r.auditFollows();
        }),
        new Case("I13", "its topic is another", r -> r.part(r.lastBefore(REASSIGN), "t-0").put("topic_id", "other")),
        new Case("I16", "an unclean election", r -> ((ObjectNode) r.request(ELECT).get("body")).put("electionType", 1)),
        new Case("I16", "others are in sync now", r -> ints(r.part(r.last(), "t-1"), "isr", 4)),
        new Case("I16", "a record is lost", r -> r.find(e -> e.path("kind").asText().equals("records")).put("lost", 1)),
        new Case("I16", "a record is there twice", r ->
            r.find(e -> e.path("kind").asText().equals("records")).put("duplicates", 1)));
  }

  private static List<Case> throttleCases() {
    return List.of(
        new Case("I7", "copied without a throttle", r -> r.lastBefore(REASSIGN).putObject("throttles")),
        new Case("I7", "a list is overwritten", r -> {
          r.config(CONFIGS, 0).put("configOperation", 0);
          r.auditFollows();
        }),
        new Case("I7", "a rate of others is overwritten", r -> ((ObjectNode) r.before(CONFIGS).get(0).get("throttles"))
            .put("broker 3 follower.replication.throttled.rate", "4711")),
        new Case("I7", "something is left", r -> ((ObjectNode) r.last().get("throttles"))
            .put("broker 3 follower.replication.throttled.rate", "1000")),
        new Case("I7", "restored too late", r -> {
          for (ObjectNode event : r.history.own()) {
            if (event.path("at").asLong() > 6_000) {
              event.put("at", event.path("at").asLong() + 100_000);
              event.put("arrived", event.path("arrived").asLong() + 100_000);
            }
          }
        }),
        new Case("I7", "another configuration is touched", r -> {
          r.config(CONFIGS, 0).put("name", "retention.ms");
          r.auditFollows();
        }),
        new Case("I7", "what somebody has set since is taken away", r -> ((ObjectNode) r.find(e ->
            e.path("at").asLong() == RecordForTest.LAST_LOOK_BEFORE_RESTORE).at("/state/throttles"))
            .put("broker 3 follower.replication.throttled.rate", "4711")));
  }
}
