import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * Reads a History against the safety rules of ARCHITECTURE.md and names each that is broken. It knows what was on
 * the wire, what the cluster was, and the rows that the daemon left in its journal; it shares no code with the
 * daemon. What a look can only know late (in-sync replicas, live brokers) counts as wrong when it was wrong for
 * GRACE_MS before the request; what the controller knows first (reassignments, configurations) counts at once.
 *
 * <p>Not judged: I17 and I19, which leave no trace on the wire, and the disk's fill of I9 between two requests.
 */
final class Rules {
  record Broken(String rule, long at, String what) {}

  private static final long GRACE_MS = 3000;
  /** I7: after the last copy, after a restart, after a broker's return; and what a busy machine adds. */
  private static final long RESTORE_MS = 30_000;
  private static final long RESTORE_AFTER_RESTART_MS = 60_000;
  private static final long SETTLED_MS = 1000;
  private static final long STOP_MS = 60_000;
  private static final Set<String> CHANGES = Set.of("ALTER_PARTITION_REASSIGNMENTS", "ELECT_LEADERS",
      "INCREMENTAL_ALTER_CONFIGS", "ALTER_REPLICA_LOG_DIRS", "CREATE_PARTITIONS");
  private static final String[] CONFIG_OPS = {"set", "delete", "append", "subtract"};

  private final List<ObjectNode> events;
  private final List<Broken> found = new ArrayList<>();
  private final List<Sight> sights = new ArrayList<>();
  private JournalRows journal = new JournalRows();
  private JsonNode limits = History.JSON.createObjectNode();
  private final Set<String> foreign = new HashSet<>();
  private final Map<String, Long> cancelledAt = new HashMap<>();
  private long lastStart;
  private long lastBrokerUp;
  private boolean brokersHurt;
  private final Map<Long, JournalRows.Audit> rows = new HashMap<>();

  private Rules(History history) {
    events = history.events();
  }

  static List<Broken> judge(History history) {
    return new Rules(history).run();
  }

  /** What a record holds, so that a verdict over nothing is seen to be one. */
  static String summary(History history) {
    long requests = 0;
    long changes = 0;
    long states = 0;
    long rows = 0;
    long unseen = 0;
    for (ObjectNode event : history.events()) {
      String kind = event.path("kind").asText();
      requests += kind.equals("request") ? 1 : 0;
      changes += kind.equals("request") && event.path("changes").asBoolean() ? 1 : 0;
      unseen += event.has("state_seen") && !event.path("state_seen").asBoolean() ? 1 : 0;
      states += kind.equals("state") ? 1 : 0;
      rows += kind.equals("journal") ? event.path("audit").size() : 0;
    }
    return String.format("%d requests, %d of them changes, %d without a look before, %d audit rows, %d states",
        requests, changes, unseen, rows, states);
  }

  private void broken(String rule, JsonNode event, String what) {
    found.add(new Broken(rule, event.path("at").asLong(), what));
  }

  private List<Broken> run() {
    for (ObjectNode event : events) {
      if (event.path("kind").asText().equals("journal")) {
        journal = JournalRows.of(event);
      } else if (event.path("kind").asText().equals("limits")) {
        limits = event;
      } else if (event.path("kind").asText().equals("mark")) {
        onMark(event);
      }
    }
    matchAll();
    boolean applied = false;
    Sight last = null;
    for (ObjectNode event : events) {
      switch (event.path("kind").asText()) {
        case "mark" -> applied |= event.path("what").asText().equals("apply");
        case "state" -> {
          Sight now = Sight.of(event);
          if (last != null && now.at - last.at > SETTLED_MS) {
            checkRacks(event, last);
          }
          sights.add(now);
          onState(event, last, now);
          last = now;
        }
        case "request" -> {
          if (event.path("changes").asBoolean()) {
            onChange(event, applied, last);
          }
        }
        case "records" -> onRecords(event);
        default -> { }
      }
    }
    if (last != null) {
      checkRacks(events.get(events.size() - 1), last);
    }
    atEnd(last);
    return found;
  }

  private void onMark(JsonNode event) {
    String what = event.path("what").asText();
    if (what.equals("start")) {
      lastStart = event.path("at").asLong();
    } else if (what.startsWith("broker_killed ")) {
      brokersHurt = true;
    } else if (what.startsWith("broker_up ")) {
      lastBrokerUp = event.path("at").asLong();
    } else if (what.startsWith("foreign ")) {
      foreign.add(what.substring(8));
    } else if (what.startsWith("cancel ")) {
      cancelledAt.put(what.substring(7), event.path("at").asLong());
    }
  }

  // --- Requests ---------------------------------------------------------------------------------------

  private void onChange(JsonNode event, boolean applied, Sight now) {
    String api = event.path("api").asText();
    if (!CHANGES.contains(api) || event.path("body").has("unreadable")) {
      broken("I15", event, api + " was sent, which the executor has no use for");
      return;
    }
    if (!applied) {
      broken("I15", event, api + " was sent before anybody asked for a change");
    }
    JournalRows.Audit row = rows.get(event.path("n").asLong());
    if (row == null) {
      return;
    }
    if (now == null || !event.path("state_seen").asBoolean()) {
      return;
    }
    switch (api) {
      case "ALTER_PARTITION_REASSIGNMENTS" -> onReassign(event, row, now);
      case "ELECT_LEADERS" -> onElect(event, row, now);
      case "ALTER_REPLICA_LOG_DIRS" -> onDirs(event, row, now);
      case "CREATE_PARTITIONS" -> onCreate(event, row, now);
      default -> onConfigs(event, row, now);
    }
  }

  /**
   * I18, I11, I1: the audit row of each request, one to one and both in their order, since one thread sends all. The
   * requests go by when they came: the looks that they waited for may have taken unequally long. Of several ways, the
   * one with the most pairs, and with late rows: a row whose process died before it sent is repeated by the next.
   */
  private void matchAll() {
    List<ObjectNode> requests = events.stream()
        .filter(e -> e.path("changes").asBoolean() && CHANGES.contains(e.path("api").asText()))
        .sorted(Comparator.comparingLong(e -> e.path("arrived").asLong())).toList();
    int n = requests.size();
    int m = journal.audit.size();
    boolean[][] fits = new boolean[n][m];
    int[][] most = new int[n + 1][m + 1];
    for (int i = n - 1; i >= 0; i--) {
      Set<String> wanted = itemsOf(requests.get(i));
      for (int j = m - 1; j >= 0; j--) {
        fits[i][j] = fits(journal.audit.get(j), requests.get(i), wanted)
            && journal.audit.get(j).timeMs() <= requests.get(i).path("arrived").asLong() + 5;
        most[i][j] = Math.max(most[i + 1][j], most[i][j + 1]);
        if (fits[i][j]) {
          most[i][j] = Math.max(most[i][j], most[i + 1][j + 1] + 1);
        }
      }
    }
    int i = 0;
    int j = 0;
    long newest = 0;
    while (i < n) {
      if (j < m && most[i][j] == most[i][j + 1]) {
        checkUnsent(requests.get(i), j++);
      } else if (j < m && fits[i][j] && most[i][j] == most[i + 1][j + 1] + 1) {
        newest = journal.audit.get(j).generation();
        rows.put(requests.get(i++).path("n").asLong(), journal.audit.get(j++));
      } else {
        noRow(requests.get(i++), newest);
      }
    }
    for (; j < m; j++) {
      checkUnsent(events.get(events.size() - 1), j);
    }
  }

  private void noRow(ObjectNode event, long newest) {
    Set<String> wanted = itemsOf(event);
    String api = event.path("api").asText();
    List<JournalRows.Audit> like = journal.audit.stream().filter(r -> fits(r, event, wanted)).toList();
    if (like.stream().anyMatch(r -> r.generation() < newest)) {
      broken("I11", event, api + " of an older generation came after its successor's: " + wanted);
    } else if (!like.isEmpty() && like.stream().allMatch(r -> r.timeMs() > event.path("arrived").asLong() + 5)) {
      broken("I1", event, api + " was sent before its audit row was made");
    } else {
      broken("I18", event, api + " without an audit row: " + wanted);
    }
  }

  // A row without a request: the process died between the two, or the broker was not to be reached.
  private void checkUnsent(JsonNode event, int index) {
    JournalRows.Audit row = journal.audit.get(index);
    boolean lastOfLife = index + 1 == journal.audit.size()
        || journal.audit.get(index + 1).generation() != row.generation();
    boolean failed = !row.outcome().equals("ok") && !row.outcome().equals("sent")
        && !row.outcome().contains(" refused");
    if (!(lastOfLife && row.outcome().equals("sent")) && !failed) {
      broken("I18", event, "an audit row without a request: " + row.api() + " " + row.target());
    }
  }

  private static boolean fits(JournalRows.Audit row, JsonNode event, Set<String> wanted) {
    if (!row.api().equals(kafkaName(event.path("api").asText()))) {
      return false;
    }
    Set<String> told = new LinkedHashSet<>();
    boolean shortened = false;
    for (String item : row.target().split("; ")) {
      if (item.matches("and \\d+ more")) {
        shortened = true;
      } else {
        told.add(item.strip());
      }
    }
    return shortened ? wanted.containsAll(told) : wanted.equals(told);
  }

  private static String kafkaName(String api) {
    StringBuilder name = new StringBuilder();
    for (String part : api.split("_")) {
      name.append(part.charAt(0)).append(part.substring(1).toLowerCase(java.util.Locale.ROOT));
    }
    return name.toString();
  }

  /** What a request asks for, item by item, in the words of the audit. */
  static Set<String> itemsOf(JsonNode event) {
    JsonNode body = event.path("body");
    Set<String> items = new TreeSet<>();
    switch (event.path("api").asText()) {
      case "ALTER_PARTITION_REASSIGNMENTS" -> {
        for (JsonNode topic : body.path("topics")) {
          for (JsonNode p : topic.path("partitions")) {
            items.add(topic.path("name").asText() + "-" + p.path("partitionIndex").asInt() + " -> "
                + (p.path("replicas").isNull() ? "cancel" : History.ints(p.path("replicas")).toString()));
          }
        }
      }
      case "ELECT_LEADERS" -> {
        for (JsonNode topic : body.path("topicPartitions")) {
          topic.path("partitions").forEach(p -> items.add(topic.path("topic").asText() + "-" + p.asInt()));
        }
      }
      case "ALTER_REPLICA_LOG_DIRS" -> {
        for (JsonNode dir : body.path("dirs")) {
          for (JsonNode topic : dir.path("topics")) {
            topic.path("partitions").forEach(p -> items.add(topic.path("name").asText() + "-" + p.asInt()
                + " on broker " + event.path("broker").asInt() + " -> " + dir.path("path").asText()));
          }
        }
      }
      case "CREATE_PARTITIONS" -> {
        for (JsonNode topic : body.path("topics")) {
          StringBuilder item = new StringBuilder(topic.path("name").asText()).append(" to ")
              .append(topic.path("count").asInt()).append(" partitions:");
          topic.path("assignments").forEach(a -> item.append(' ').append(History.ints(a.path("brokerIds"))));
          items.add(item.toString());
        }
      }
      default -> {
        for (JsonNode r : body.path("resources")) {
          for (JsonNode c : r.path("configs")) {
            items.add((resourceName(r) + ": " + CONFIG_OPS[c.path("configOperation").asInt()] + " "
                + c.path("name").asText() + " " + (c.path("value").isNull() ? "" : c.path("value").asText()))
                .strip());
          }
        }
      }
    }
    return items;
  }

  private static String resourceName(JsonNode resource) {
    String type = resource.path("resourceType").asInt() == 2 ? "topic " : "broker ";
    return type + resource.path("resourceName").asText();
  }

  private void onReassign(JsonNode event, JournalRows.Audit row, Sight now) {
    boolean allows = event.path("body").path("allowReplicationFactorChange").asBoolean(false);
    List<JournalRows.Step> starts = new ArrayList<>();
    for (JsonNode topic : event.path("body").path("topics")) {
      for (JsonNode p : topic.path("partitions")) {
        String name = topic.path("name").asText() + "-" + p.path("partitionIndex").asInt();
        JournalRows.Step step = journal.step(row.operation(), name);
        Sight.Part part = now.parts.get(name);
        if (step == null) {
          broken("I1", event, name + " is reassigned, but no step of " + row.operation() + " says so");
        } else if (part == null || !part.topicId.equals(step.topicId())) {
          // A topic that is gone is Kafka's to refuse; another one of its name must not be touched.
          if (part != null) {
            broken("I13", event, name + " is reassigned, but its topic is not the plan's");
          }
        } else if (p.path("replicas").isNull()) {
          onTakeBack(event, step, part);
        } else {
          List<Integer> target = History.ints(p.path("replicas"));
          if (!step.cancel().equals("none") && target.equals(step.before())
              && !target.equals(step.after())) {
            continue; // the order of what was taken back
          }
          starts.add(step);
          checkTarget(event, step, target, allows);
          checkMayStart(event, step, part, now);
        }
      }
    }
    checkCaps(event, starts, now);
  }

  private void onTakeBack(JsonNode event, JournalRows.Step step, Sight.Part part) {
    if (step.cancel().equals("none")) {
      broken("I12", event, step.name() + " is taken back, but nobody asked for it");
    }
    if (part.moving && !step.isSigned(part)) {
      broken("I12", event, step.name() + " is taken back, but the move is another tool's");
    }
    if (part.moving && sustained(event, step.name(), (s, p) -> p.isr.stream().noneMatch(p.original()::contains))) {
      broken("I4", event, step.name() + " is taken back with only new replicas in sync: " + part.isr);
    }
  }

  private void checkTarget(JsonNode event, JournalRows.Step step, List<Integer> target, boolean allows) {
    boolean changes = step.before().size() != step.after().size();
    if (!target.equals(step.after())) {
      broken("I3", event, step.name() + " is sent to " + target + ", the plan says " + step.after());
    }
    if (new HashSet<>(target).size() != target.size()) {
      broken("I3", event, step.name() + " is sent to " + target + ", which names a broker twice");
    }
    if (changes && !limits.path("factor").asBoolean()) {
      broken("I3", event, step.name() + " gets another replication factor: " + step.before() + " to " + target);
    }
    if (allows != changes) {
      broken("I3", event, step.name() + ": Kafka " + (allows ? "may change" : "is to keep")
          + " the replication factor, the plan says otherwise");
    }
  }

  private void checkMayStart(JsonNode event, JournalRows.Step step, Sight.Part part, Sight now) {
    String name = step.name();
    checkNotStopped(event, step);
    if (part.moving) {
      boolean ours = step.isSigned(part);
      broken(ours ? "I2" : "I12", event, name + (ours ? " is on its way already and is sent again"
          : " is being moved by another tool and is sent over"));
    }
    for (int broker : step.added()) {
      if (sustained(event, name, (s, p) -> !s.live.contains(broker))) {
        broken("I10", event, name + " is sent to broker " + broker + ", which is not live");
      }
    }
    int min = now.minIsr.getOrDefault(part.topic, 1);
    if (step.added().isEmpty() && !step.removed().isEmpty()
        && sustained(event, name, (s, p) -> p.isr.stream().filter(step.after()::contains).count()
            < Math.max(min, 1))) {
      broken("I4", event, name + " loses replicas, and too few of the rest are in sync: " + part.isr);
    }
    int needed = Math.min(step.before().size(), min + 1);
    if (!step.added().isEmpty() && sustained(event, name, (s, p) -> p.isr.size() < needed
        && step.before().stream().filter(b -> !p.isr.contains(b)).allMatch(step.after()::contains))) {
      broken("I5", event, name + " starts to move with " + part.isr + " in sync, " + needed + " are needed");
    }
    checkOthers(event, step);
    checkThrottled(event, step, now);
    checkRoom(event, step, now);
  }

  private void checkNotStopped(JsonNode event, JournalRows.Step step) {
    if (step.finishedMs() > 0 && step.finishedMs() < event.path("arrived").asLong() - 5) {
      broken("I2", event, step.name() + " was over and is sent again");
    }
    Long stopped = cancelledAt.get(step.operation());
    if (stopped != null && event.path("arrived").asLong() > stopped) {
      broken("I14", event, step.name() + " is started after " + step.operation() + " was cancelled");
    }
  }

  /** I5: nothing new while others are short of in-sync replicas. */
  private void checkOthers(JsonNode event, JournalRows.Step step) {
    Set<String> ours = new HashSet<>();
    journal.steps.stream().filter(s -> s.operation().equals(step.operation())).forEach(s -> ours.add(s.name()));
    Sight now = sights.get(sights.size() - 1);
    for (String name : now.parts.keySet()) {
      if (!ours.contains(name)
          && sustained(event, name, (s, p) -> p.isr.size() < s.minIsr.getOrDefault(p.topic, 1))) {
        broken("I5", event, step.name() + " starts while " + name + " is under its min ISR");
        return;
      }
    }
  }

  /** I7: nothing is copied before the throttles that hold it are there. */
  private void checkThrottled(JsonNode event, JournalRows.Step step, Sight now) {
    if (!limits.path("throttled").asBoolean() || step.added().isEmpty()) {
      return;
    }
    for (int broker : step.before()) {
      checkThrottle(event, step, now, "leader", broker);
    }
    for (int broker : step.added()) {
      checkThrottle(event, step, now, "follower", broker);
    }
  }

  private void checkThrottle(JsonNode event, JournalRows.Step step, Sight now, String side, int broker) {
    String topic = "topic " + step.topic();
    String list = now.throttles.getOrDefault(topic + " " + side + ".replication.throttled.replicas", "");
    List<String> entries = Arrays.asList(list.split(","));
    boolean listed = now.unread.contains(topic) || entries.contains("*")
        || entries.contains(step.partition() + ":" + broker);
    boolean rated = !now.live.contains(broker) || now.unread.contains("broker " + broker)
        || now.throttles.containsKey("broker " + broker + " " + side + ".replication.throttled.rate");
    if (!listed || !rated) {
      broken("I7", event, step.name() + " is copied without a throttle on broker " + broker);
    }
  }

  /** I9: room for it in every log dir that Kafka may choose, beside what is on its way there. */
  private void checkRoom(JsonNode event, JournalRows.Step step, Sight now) {
    for (int broker : step.added()) {
      long coming = now.parts.values().stream().filter(p -> p.adding.contains(broker)).mapToLong(p -> p.size).sum();
      long size = now.parts.get(step.name()).size;
      for (Map.Entry<String, Long> dir : now.usable.getOrDefault(broker, Map.of()).entrySet()) {
        if (dir.getValue() < coming + size) {
          broken("I9", event, step.name() + " (" + size + " bytes) is sent to broker " + broker + ", where "
              + dir.getKey() + " has " + dir.getValue() + " bytes for that and " + coming);
        }
      }
    }
  }

  /** I6: what runs after the request, whoever started it. */
  private void checkCaps(JsonNode event, List<JournalRows.Step> starts, Sight now) {
    Map<Integer, Integer> in = new TreeMap<>();
    Map<Integer, Integer> out = new TreeMap<>();
    Set<Integer> touched = new TreeSet<>();
    int moving = 0;
    for (Sight.Part p : now.parts.values()) {
      if (p.moving && !p.adding.isEmpty()) {
        moving++;
        p.adding.forEach(b -> in.merge(b, 1, Integer::sum));
        out.merge(p.leader, 1, Integer::sum);
      }
    }
    boolean copies = false;
    for (JournalRows.Step step : starts) {
      Sight.Part p = now.parts.get(step.name());
      if (p.moving || step.added().isEmpty()) {
        continue;
      }
      copies = true;
      moving++;
      step.added().forEach(b -> in.merge(b, 1, Integer::sum));
      touched.addAll(step.added());
      out.merge(p.leader, 1, Integer::sum);
      touched.add(p.leader);
    }
    if (copies && moving > limits.path("moves_cluster").asInt(Integer.MAX_VALUE)) {
      broken("I6", event, moving + " moves in the cluster");
    }
    int most = limits.path("moves_per_broker").asInt(Integer.MAX_VALUE);
    for (int broker : touched) {
      if (in.getOrDefault(broker, 0) > most || out.getOrDefault(broker, 0) > most) {
        broken("I6", event, "broker " + broker + " takes in " + in.getOrDefault(broker, 0) + " moves and gives out "
            + out.getOrDefault(broker, 0));
      }
    }
  }

  private void onElect(JsonNode event, JournalRows.Audit row, Sight now) {
    if (event.path("body").path("electionType").asInt() != 0) {
      broken("I16", event, "an election of a leader that may miss records");
    }
    Set<String> names = itemsOf(event);
    if (names.size() > limits.path("leader_moves").asInt(Integer.MAX_VALUE)) {
      broken("I6", event, names.size() + " leader moves at once");
    }
    for (String name : names) {
      JournalRows.Step step = journal.step(row.operation(), name);
      Sight.Part part = now.parts.get(name);
      if (step == null) {
        broken("I1", event, name + " gets a leader, but no step of " + row.operation() + " says so");
        continue;
      }
      checkNotStopped(event, step);
      if (part != null && !part.topicId.equals(step.topicId())) {
        broken("I13", event, name + " gets a leader, but its topic is not the plan's");
      }
    }
  }

  private void onDirs(JsonNode event, JournalRows.Audit row, Sight now) {
    int broker = event.path("broker").asInt();
    Map<String, Integer> at = new HashMap<>();
    int[] running = {0};
    for (Sight.Part p : now.parts.values()) {
      if (p.futures.containsKey(broker)) {
        running[0]++;
        at.merge(p.futures.get(broker), 1, Integer::sum);
        at.merge(p.dirs.getOrDefault(broker, ""), 1, Integer::sum);
      }
    }
    for (JsonNode dir : event.path("body").path("dirs")) {
      String path = dir.path("path").asText();
      for (JsonNode topic : dir.path("topics")) {
        for (JsonNode number : topic.path("partitions")) {
          String name = topic.path("name").asText() + "-" + number.asInt();
          JournalRows.Step step = journal.dirStep(row.operation(), name, broker);
          Sight.Part part = now.parts.get(name);
          if (step == null) {
            broken("I1", event, name + " changes its log dir, but no step of " + row.operation() + " says so");
          } else if (part != null && onDir(event, step, part, path)) {
            running[0]++;
            at.merge(path, 1, Integer::sum);
            at.merge(part.dirs.getOrDefault(broker, ""), 1, Integer::sum);
            checkDirRoom(event, step, part, now, path);
          }
        }
      }
    }
    int mostPerDir = limits.path("moves_per_dir").asInt(Integer.MAX_VALUE);
    if (running[0] > limits.path("dir_moves_per_broker").asInt(Integer.MAX_VALUE)
        || at.values().stream().anyMatch(n -> n > mostPerDir)) {
      broken("I6", event, running[0] + " moves between the log dirs of broker " + broker + ": " + at);
    }
  }

  /** True when the request starts a move and is allowed to. */
  private boolean onDir(JsonNode event, JournalRows.Step step, Sight.Part part, String path) {
    String name = step.name() + " on broker " + step.broker();
    if (!part.topicId.equals(step.topicId())) {
      broken("I13", event, name + " changes its log dir, but its topic is not the plan's");
      return false;
    }
    if (!step.cancel().equals("none") && path.equals(step.fromDir())) {
      return false; // taken back
    }
    if (!path.equals(step.toDir())) {
      broken("I1", event, name + " is sent to " + path + ", the plan says " + step.toDir());
      return false;
    }
    checkNotStopped(event, step);
    checkOthers(event, step);
    String future = part.futures.get(step.broker());
    if (future != null) {
      broken(future.equals(path) ? "I2" : "I12", event, name + " is on its way to " + future + " already");
    }
    if (sustained(event, step.name(), (s, p) -> !p.isr.contains(step.broker()))) {
      broken("I5", event, name + " changes its log dir while that replica is behind");
    }
    return true;
  }

  private void checkDirRoom(JsonNode event, JournalRows.Step step, Sight.Part part, Sight now, String path) {
    Long room = now.usable.getOrDefault(step.broker(), Map.of()).get(path);
    if (room != null && room < part.size) {
      broken("I9", event, step.name() + " is sent to " + path + ", which has room for " + room + " bytes only");
    }
  }

  private void onCreate(JsonNode event, JournalRows.Audit row, Sight now) {
    for (JsonNode topic : event.path("body").path("topics")) {
      String name = topic.path("name").asText();
      JsonNode assignments = topic.path("assignments");
      int first = topic.path("count").asInt() - assignments.size();
      long there = now.parts.values().stream().filter(p -> p.topic.equals(name)).count();
      if (there != first) {
        broken("I2", event, name + " has " + there + " partitions and gets those from number " + first);
      }
      for (int i = 0; i < assignments.size(); i++) {
        String partition = name + "-" + (first + i);
        List<Integer> replicas = History.ints(assignments.get(i).path("brokerIds"));
        JournalRows.Step step = journal.step(row.operation(), partition);
        if (step == null || !step.after().equals(replicas)) {
          broken("I1", event, partition + " is made on " + replicas + ", but no step of " + row.operation()
              + " says so");
          continue;
        }
        checkNotStopped(event, step);
        for (int broker : replicas) {
          if (sustained(event, name + "-0", (s, p) -> !s.live.contains(broker))) {
            broken("I10", event, partition + " is made on broker " + broker + ", which is not live");
          }
        }
        Sight.Part sibling = now.parts.get(name + "-0");
        if (sibling != null && !sibling.topicId.equals(step.topicId())) {
          broken("I13", event, partition + " is made, but its topic is not the plan's");
        }
      }
    }
  }

  private void onConfigs(JsonNode event, JournalRows.Audit row, Sight now) {
    for (JsonNode resource : event.path("body").path("resources")) {
      for (JsonNode config : resource.path("configs")) {
        String key = config.path("name").asText();
        String name = resourceName(resource) + " " + key;
        String op = CONFIG_OPS[config.path("configOperation").asInt()];
        String value = config.path("value").isNull() ? "" : config.path("value").asText();
        String there = now.throttles.get(name);
        if (key.endsWith(".replication.throttled.replicas")) {
          onList(event, row, name, op, value, there);
        } else if (key.endsWith(".replication.throttled.rate")
            || key.equals("replica.alter.log.dirs.io.max.bytes.per.second")) {
          onRate(event, row, name, op, value, there, now);
        } else {
          broken("I7", event, name + " is changed, which is no throttle");
        }
      }
    }
  }

  private void onList(JsonNode event, JournalRows.Audit row, String name, String op, String value, String there) {
    if (op.equals("set")) {
      broken("I7", event, name + " is set as a whole, with what others had in it");
      return;
    }
    if (op.equals("delete")) {
      if (there != null && !there.isEmpty()) {
        broken("I7", event, name + " is deleted, but it still has " + there);
      }
      return;
    }
    for (String entry : value.split(",")) {
      if (journal.preimage(row.operation(), name, entry) == null) {
        broken(op.equals("append") ? "I1" : "I7", event, name + ": " + op + " " + entry
            + ", but the journal has no such row of " + row.operation());
      }
    }
  }

  private void onRate(JsonNode event, JournalRows.Audit row, String name, String op, String value, String there,
      Sight now) {
    JournalRows.Preimage pre = journal.preimage(row.operation(), name, "");
    if (pre == null) {
      broken("I1", event, name + ": " + op + " " + value + ", but the journal has no pre-image of it");
      return;
    }
    boolean known = now.live.contains(Integer.valueOf(pre.resource()))
        && !now.unread.contains("broker " + pre.resource());
    boolean restores = op.equals("delete") || (value.equals(pre.before()) && !value.equals(pre.ours()));
    if (restores && op.equals("delete") != (pre.before() == null)) {
      broken("I7", event, name + ": " + op + " " + value + ", but before it was " + pre.before());
    }
    if (known && restores && there != null && !there.equals(pre.ours())) {
      broken("I7", event, name + " is taken back, but " + there + " is somebody else's");
    }
    // While it is being raised, what is there is an earlier value of ours.
    if (known && !restores && there != null && !there.equals(pre.before()) && !wasOurs(name, there, event)) {
      broken("I7", event, name + " is set to " + value + " over " + there + ", which is not its pre-image "
          + pre.before());
    }
  }

  private boolean wasOurs(String name, String value, JsonNode until) {
    int key = name.lastIndexOf(' ');
    String asked = name.substring(0, key) + ": set " + name.substring(key + 1) + " " + value;
    for (ObjectNode event : events) {
      if (event == until) {
        return false;
      }
      boolean configs = event.path("changes").asBoolean()
          && event.path("api").asText().equals("INCREMENTAL_ALTER_CONFIGS");
      if (configs && itemsOf(event).contains(asked)) {
        return true;
      }
    }
    return false;
  }

  /** Whether `wrong` held for this partition in every state of the last GRACE_MS before the request. */
  private boolean sustained(JsonNode event, String name, BiPredicate<Sight, Sight.Part> wrong) {
    long since = event.path("at").asLong() - GRACE_MS;
    for (int i = sights.size() - 1; i >= 0; i--) {
      Sight.Part part = sights.get(i).parts.get(name);
      if (part == null || !wrong.test(sights.get(i), part)) {
        return false;
      }
      if (sights.get(i).at <= since) {
        return true;
      }
    }
    return !sights.isEmpty();
  }

  // --- States -----------------------------------------------------------------------------------------

  private void onState(JsonNode event, Sight last, Sight now) {
    Sight first = sights.get(0);
    checkInSyncRacks(event, first, now);
    for (Map.Entry<String, Sight.Part> entry : now.parts.entrySet()) {
      Sight.Part p = entry.getValue();
      Sight.Part start = first.parts.get(entry.getKey());
      if (start == null || !start.topicId.equals(p.topicId)) {
        continue;
      }
      if (last != null && last.parts.containsKey(entry.getKey())) {
        checkInSync(event, last, last.parts.get(entry.getKey()), entry.getKey(), p);
      }
      checkDone(event, entry.getKey(), p, now);
    }
  }

  private static int racksOf(Sight first, List<Integer> brokers) {
    Set<String> racks = new HashSet<>();
    brokers.forEach(b -> racks.add(first.racks.getOrDefault(b, "broker-" + b)));
    return racks.size();
  }

  /**
   * I8, of what the replicas are once the move is over. Of states that lasted: brokers tell the replicas of a move
   * that is over a moment longer than the controller has it.
   */
  private void checkRacks(JsonNode event, Sight lasting) {
    Sight first = sights.get(0);
    int all = new HashSet<>(first.racks.values()).size();
    lasting.parts.forEach((name, p) -> {
      Sight.Part start = first.parts.get(name);
      List<Integer> after = p.replicas.stream().filter(b -> !p.removing.contains(b)).toList();
      boolean wasFine = start != null && start.topicId.equals(p.topicId)
          && racksOf(first, start.original()) >= Math.min(start.original().size(), all);
      if (wasFine && racksOf(first, after) < Math.min(after.size(), all) && !foreign.contains(name)) {
        broken("I8", event, name + " was spread over racks and is on " + after);
      }
    });
  }

  /** I8, of what is in sync, while no broker is hurt. */
  private void checkInSyncRacks(JsonNode event, Sight first, Sight now) {
    now.parts.forEach((name, p) -> {
      Sight.Part start = first.parts.get(name);
      int min = first.minIsr.getOrDefault(p.topic, 1);
      if (!brokersHurt && start != null && racksOf(first, p.isr) < Math.min(racksOf(first, start.isr), min)) {
        broken("I8", event, name + " is in sync on " + p.isr + " only");
      }
    });
  }

  /** I16 without records: some replica that had them all stays, or a copy of ours was on its way. */
  private void checkInSync(JsonNode event, Sight last, Sight.Part before, String name, Sight.Part now) {
    boolean stays = before.isr.isEmpty() || before.isr.stream().anyMatch(now.isr::contains);
    boolean lived = before.isr.stream().anyMatch(last.live::contains);
    boolean moved = before.moving || now.moving || journal.steps.stream().anyMatch(s -> s.name().equals(name)
        && s.sentMs() > 0 && s.after().containsAll(now.isr));
    if (before.topicId.equals(now.topicId) && !stays && !(lived && moved)) {
      broken("I16", event, name + ": none of the in-sync replicas " + before.isr + " is one any more: " + now.isr);
    }
  }

  /** I1: a step is done when the cluster shows it, and not before. */
  private void checkDone(JsonNode event, String name, Sight.Part p, Sight now) {
    for (JournalRows.Step step : journal.steps) {
      if (step.name().equals(name) && step.state().equals("done") && !step.isLogDir() && p.moving
          && step.isSigned(p) && now.from > step.finishedMs() && now.from < nextUse(step)) {
        broken("I1", event, name + " is called done, but is still on its way");
      }
    }
  }

  // The same move may be made again by a later operation.
  private long nextUse(JournalRows.Step step) {
    return journal.steps.stream().filter(s -> s.name().equals(step.name()) && s.sentMs() > step.finishedMs())
        .mapToLong(JournalRows.Step::sentMs).min().orElse(Long.MAX_VALUE);
  }

  private void onRecords(JsonNode event) {
    for (String kind : List.of("lost", "duplicates", "disorder")) {
      if (event.path(kind).asLong() != 0) {
        broken("I16", event, event.path(kind).asLong() + " records: " + kind);
      }
    }
    if (event.path("acknowledged").asLong() == 0) {
      broken("I16", event, "no record was acknowledged: nothing is proved");
    }
  }

  // --- The end ----------------------------------------------------------------------------------------

  private void atEnd(Sight last) {
    ObjectNode end = events.isEmpty() ? History.event("end") : events.get(events.size() - 1);
    boolean allOver = true;
    for (JournalRows.Operation operation : journal.operations) {
      allOver &= operation.over();
      if (!operation.over() && (limits.path("must_end").asBoolean(true) || operation.hold().isEmpty())) {
        broken("I2", end, operation.id() + " is " + operation.state() + " in the end");
      }
    }
    if (last == null) {
      broken("I2", end, "the cluster was never seen");
      return;
    }
    for (JournalRows.Step step : journal.steps) {
      checkEnd(end, step, last);
    }
    if (allOver) {
      checkLeftovers(end, last);
    }
  }

  private void checkEnd(JsonNode end, JournalRows.Step step, Sight last) {
    JournalRows.Operation operation = journal.operation(step.operation());
    if (operation == null || !operation.over()) {
      return;
    }
    if (!step.over()) {
      broken("I2", end, step.operation() + " is over, its step " + step.number() + " is " + step.state());
    }
    Sight.Part p = last.parts.get(step.name());
    boolean movedSince = journal.steps.stream().anyMatch(s -> s != step && s.name().equals(step.name())
        && s.sentMs() > step.finishedMs());
    if (p == null || foreign.contains(step.name()) || movedSince || !p.topicId.equals(step.topicId())
        || !step.state().equals("done")) {
      return;
    }
    if (step.isLogDir()) {
      if (!step.toDir().equals(p.dirs.get(step.broker()))) {
        broken("I2", end, step.name() + " was done, but is in " + p.dirs.get(step.broker()) + " in the end");
      }
    } else if (p.moving || !p.replicas.equals(step.after())) {
      broken("I2", end, step.name() + " was done, but has " + p.replicas + " in the end");
    }
  }

  /** I7: in the end, and soon, every throttle is what it was. */
  private void checkLeftovers(JsonNode end, Sight last) {
    Map<String, String> was = own(sights.get(0));
    if (!own(last).equals(was)) {
      broken("I7", end, "throttles are left: " + own(last) + ", there were " + was);
      return;
    }
    long restored = 0;
    for (int i = sights.size() - 1; i >= 0 && own(sights.get(i)).equals(was); i--) {
      restored = sights.get(i).at;
    }
    long needed = journal.steps.stream().mapToLong(JournalRows.Step::finishedMs).max().orElse(0);
    long allowed = Math.max(needed + RESTORE_MS,
        Math.max(lastStart + RESTORE_AFTER_RESTART_MS, lastBrokerUp + RESTORE_MS));
    if (restored > allowed && restored != sights.get(0).at) {
      broken("I7", end, "the throttles were restored " + (restored - needed) + " ms after the last step");
    }
    for (Map.Entry<String, Long> stop : cancelledAt.entrySet()) {
      if (restored > Math.max(stop.getValue(), Math.max(lastStart, lastBrokerUp)) + STOP_MS
          && restored != sights.get(0).at) {
        broken("I14", end, stop.getKey() + " was cancelled, and throttles were left for longer than a minute");
      }
    }
  }

  private Map<String, String> own(Sight sight) {
    Map<String, String> all = new TreeMap<>(sight.throttles);
    all.keySet().removeIf(foreign::contains);
    return all;
  }
}
