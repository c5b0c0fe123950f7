import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.FileInputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * An independent judge of a cluster's state. It sees the cluster only through Kafka's own Admin client and
 * shares no code with Levelwind, so that a mistake of ours cannot also hide itself from the judge.
 *
 * <p>Exit status: 0 all that was asked holds, 1 something does not, 2 wrong arguments, 3 the cluster could
 * not be asked.
 */
public final class Referee {
  private static final String USAGE = """
      usage: referee --bootstrap B [--check NAME]... [--dump] [--lag] [options]

      checks (print PASS or FAIL with the reason; may be repeated)
        level         leaders, bytes, racks and no-leftovers together
        leaders       each broker leads a fair share of all partitions
        bytes         ... and of the produced bytes
        racks         each partition's replicas are on as many racks as possible
        no-leftovers  no reassignment in progress, no replication throttle configured
        isr           each partition has a leader and all its replicas in sync
        replicas      each partition in --expect FILE has exactly those replicas, all in sync

      reports (JSON)
        --dump        brokers, topics, partitions, replicas, sizes, reassignments, throttles
        --lag         committed offset, end offset and lag of each group and partition

      options
        --expect FILE         assignment in the JSON of Kafka's reassignment tool
        --min-share PERCENT   of a broker in `leaders` and `bytes` (default 20)
        --max-share PERCENT   (default 30)
        --window SECONDS      weigh partitions by what their logs grow in this time, instead of by their size
        --exclude-internal    leave Kafka's internal topics out of leaders, bytes, racks and isr
        --wait SECONDS        ask again, once a second, until all checks hold or this time is over
        --json                checks as JSON
        --command-config FILE client properties (TLS, SASL)
        --timeout SECONDS     for one request (default 15)""";

  private record Verdict(String check, boolean pass, String detail) {}

  private record Replica(int broker, String dir, long size) {}

  /** All that the checks look at, read in one go. */
  private static final class State {
    final List<Node> brokers = new ArrayList<>();
    int controller;
    final Map<String, TopicDescription> topics = new TreeMap<>();
    final Map<TopicPartition, List<Replica>> replicas = new HashMap<>();
    final Map<TopicPartition, PartitionReassignment> reassignments = new HashMap<>();
    final List<String> throttles = new ArrayList<>();
    final List<String> dirErrors = new ArrayList<>();
  }

  private static final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
      super(message);
    }
  }

  private final Admin admin;
  private final ObjectMapper json = new ObjectMapper();
  private double minShare = 20;
  private double maxShare = 30;
  private double window = 0;
  private double wait = 0;
  private boolean excludeInternal = false;
  private boolean asJson = false;
  private boolean dump = false;
  private boolean lag = false;
  private String expect = null;
  private final Set<String> checks = new LinkedHashSet<>();

  public static void main(String[] args) {
    int status;
    try {
      status = new Referee(args).run();
    } catch (UsageException e) {
      System.err.println("referee: " + e.getMessage() + "\n" + USAGE);
      status = 2;
    } catch (ExecutionException e) {
      System.err.println("referee: the cluster could not be asked: " + e.getCause());
      status = 3;
    } catch (Exception e) {
      System.err.println("referee: " + e);
      status = 3;
    }
    System.exit(status);
  }

  private Referee(String[] args) throws Exception {
    Properties properties = new Properties();
    int timeout = 15;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--bootstrap" ->
            properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, value(args, ++i));
        case "--check" -> addCheck(value(args, ++i));
        case "--expect" -> expect = value(args, ++i);
        case "--min-share" -> minShare = number(args, ++i);
        case "--max-share" -> maxShare = number(args, ++i);
        case "--window" -> window = number(args, ++i);
        case "--wait" -> wait = number(args, ++i);
        case "--timeout" -> timeout = (int) number(args, ++i);
        case "--exclude-internal" -> excludeInternal = true;
        case "--json" -> asJson = true;
        case "--dump" -> dump = true;
        case "--lag" -> lag = true;
        case "--command-config" -> {
          try (FileInputStream in = new FileInputStream(value(args, ++i))) {
            properties.load(in);
          }
        }
        case "-h", "--help" -> {
          System.out.println(USAGE);
          System.exit(0);
        }
        default -> throw new UsageException("unknown argument " + args[i]);
      }
    }
    if (!properties.containsKey(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG)) {
      throw new UsageException("--bootstrap is missing");
    }
    if (checks.isEmpty() && !dump && !lag) {
      throw new UsageException("nothing asked: give --check, --dump or --lag");
    }
    if (checks.contains("replicas") && expect == null) {
      throw new UsageException("--check replicas needs --expect FILE");
    }
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Integer.toString(timeout * 1000));
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Integer.toString(timeout * 1000));
    admin = Admin.create(properties);
  }

  private static String value(String[] args, int i) throws UsageException {
    if (i >= args.length) {
      throw new UsageException(args[i - 1] + " needs a value");
    }
    return args[i];
  }

  private static double number(String[] args, int i) throws UsageException {
    try {
      return Double.parseDouble(value(args, i));
    } catch (NumberFormatException e) {
      throw new UsageException(args[i - 1] + " needs a number, not " + args[i]);
    }
  }

  private void addCheck(String name) throws UsageException {
    switch (name) {
      case "level" -> checks.addAll(List.of("leaders", "bytes", "racks", "no-leftovers"));
      case "leaders", "bytes", "racks", "no-leftovers", "isr", "replicas" -> checks.add(name);
      default -> throw new UsageException("no check '" + name + "'");
    }
  }

  private int run() throws Exception {
    boolean pass = true;
    if (!checks.isEmpty()) {
      long end = System.nanoTime() + (long) (wait * 1e9);
      List<Verdict> verdicts;
      do {
        verdicts = judge();
        pass = verdicts.stream().allMatch(Verdict::pass);
        if (!pass && System.nanoTime() < end) {
          Thread.sleep(1000);
        }
      } while (!pass && System.nanoTime() < end);
      print(verdicts, pass);
    }
    if (dump) {
      printJson(dumpState(read()));
    }
    if (lag) {
      printJson(lags());
    }
    return pass ? 0 : 1;
  }

  private void print(List<Verdict> verdicts, boolean pass) throws Exception {
    if (asJson) {
      printJson(Map.of("pass", pass, "checks", verdicts.stream()
          .map(v -> ordered("check", v.check(), "pass", v.pass(), "detail", v.detail())).toList()));
      return;
    }
    for (Verdict v : verdicts) {
      System.out.printf("%s %-12s %s%n", v.pass() ? "PASS" : "FAIL", v.check(), v.detail());
    }
  }

  private void printJson(Object value) throws Exception {
    System.out.println(json.writerWithDefaultPrettyPrinter().writeValueAsString(value));
  }

  // --- Reading ----------------------------------------------------------------------------------------

  private State read() throws Exception {
    State state = new State();
    DescribeClusterResult cluster = admin.describeCluster();
    state.brokers.addAll(cluster.nodes().get());
    state.brokers.sort(Comparator.comparingInt(Node::id));
    state.controller = readController(cluster);

    Set<String> names = admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
    state.topics.putAll(admin.describeTopics(names).allTopicNames().get());
    state.reassignments.putAll(admin.listPartitionReassignments().reassignments().get());
    readLogDirs(state);
    readThrottles(state, names);
    return state;
  }

  // describeCluster names any broker as the controller under KRaft; the quorum knows. Before KRaft there
  // is no quorum, and describeCluster is right.
  private int readController(DescribeClusterResult cluster) throws Exception {
    try {
      return admin.describeMetadataQuorum().quorumInfo().get().leaderId();
    } catch (ExecutionException failure) {
      if (!(failure.getCause() instanceof UnsupportedVersionException)) throw failure;
      return cluster.controller().get().id();
    }
  }

  private void readLogDirs(State state) throws Exception {
    List<Integer> ids = state.brokers.stream().map(Node::id).toList();
    Map<Integer, Map<String, LogDirDescription>> dirs =
        admin.describeLogDirs(ids).allDescriptions().get();
    dirs.forEach((broker, ofBroker) -> ofBroker.forEach((path, dir) -> {
      if (dir.error() != null) {
        state.dirErrors.add("broker " + broker + " " + path + ": " + dir.error());
      }
      for (Map.Entry<TopicPartition, ReplicaInfo> e : dir.replicaInfos().entrySet()) {
        if (!e.getValue().isFuture()) {
          state.replicas.computeIfAbsent(e.getKey(), k -> new ArrayList<>())
              .add(new Replica(broker, path, e.getValue().size()));
        }
      }
    }));
  }

  private void readThrottles(State state, Collection<String> topics) throws Exception {
    List<ConfigResource> resources = new ArrayList<>();
    topics.forEach(t -> resources.add(new ConfigResource(ConfigResource.Type.TOPIC, t)));
    state.brokers.forEach(
        b -> resources.add(new ConfigResource(ConfigResource.Type.BROKER, b.idString())));
    // The empty name stands for the default of all brokers.
    resources.add(new ConfigResource(ConfigResource.Type.BROKER, ""));
    admin.describeConfigs(resources).all().get().forEach((resource, config) -> {
      for (ConfigEntry entry : config.entries()) {
        boolean throttle = entry.name().startsWith("leader.replication.throttled.")
            || entry.name().startsWith("follower.replication.throttled.");
        boolean dynamic = switch (entry.source()) {
          case DYNAMIC_TOPIC_CONFIG, DYNAMIC_BROKER_CONFIG, DYNAMIC_DEFAULT_BROKER_CONFIG -> true;
          default -> false;
        };
        // A dynamic broker default shows up at each broker as well; name it once, where it is set.
        boolean inherited = entry.source() == ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG
            && !resource.name().isEmpty();
        if (throttle && dynamic && !inherited) {
          state.throttles.add(resource.type().name().toLowerCase(Locale.ROOT) + " "
              + (resource.name().isEmpty() ? "default" : resource.name()) + ": " + entry.name() + "="
              + entry.value());
        }
      }
    });
    state.throttles.sort(null);
  }

  private boolean counts(TopicDescription topic) {
    return !excludeInternal || !topic.isInternal();
  }

  /**
   * What a partition weighs: the size of its leader's log. The size is what was produced and is still kept,
   * after compression, which is what the broker writes, replicates and serves; and it is the one figure
   * that Kafka itself reports. A follower may be behind, so its size is not used.
   */
  private static Map<TopicPartition, Long> leaderSizes(State state) {
    Map<TopicPartition, Long> sizes = new HashMap<>();
    for (TopicDescription topic : state.topics.values()) {
      for (TopicPartitionInfo p : topic.partitions()) {
        TopicPartition key = new TopicPartition(topic.name(), p.partition());
        for (Replica r : state.replicas.getOrDefault(key, List.of())) {
          if (p.leader() != null && r.broker() == p.leader().id()) {
            sizes.put(key, r.size());
          }
        }
      }
    }
    return sizes;
  }

  // --- Checks -----------------------------------------------------------------------------------------

  private List<Verdict> judge() throws Exception {
    State state = read();
    Map<TopicPartition, Long> weights = leaderSizes(state);
    if (window > 0 && checks.contains("bytes")) {
      Thread.sleep((long) (window * 1000));
      State later = read();
      Map<TopicPartition, Long> grown = new HashMap<>();
      // Retention may have shortened a log in between; that is not negative production.
      Map<TopicPartition, Long> before = weights;
      leaderSizes(later).forEach(
          (p, size) -> grown.put(p, Math.max(0, size - before.getOrDefault(p, 0L))));
      weights = grown;
      state = later;
    }
    List<Verdict> verdicts = new ArrayList<>();
    for (String check : checks) {
      switch (check) {
        case "leaders" -> verdicts.add(shares("leaders", "partitions", state, null));
        case "bytes" -> verdicts.add(
            shares("bytes", window > 0 ? "bytes grown" : "bytes", state, weights));
        case "racks" -> verdicts.add(racks(state));
        case "isr" -> verdicts.add(isr(state));
        case "replicas" -> verdicts.add(expected(state));
        case "no-leftovers" -> {
          verdicts.add(new Verdict("reassignments", state.reassignments.isEmpty(),
              state.reassignments.isEmpty() ? "none in progress"
                  : "in progress: " + some(state.reassignments.keySet().stream()
                      .map(TopicPartition::toString).sorted().toList())));
          verdicts.add(new Verdict("throttles", state.throttles.isEmpty(),
              state.throttles.isEmpty() ? "none configured" : some(state.throttles)));
        }
        default -> throw new IllegalStateException(check);
      }
    }
    return verdicts;
  }

  /** Each broker's share of the leaderships, weighed by bytes, or by number where weights is null. */
  private Verdict shares(
      String check, String unit, State state, Map<TopicPartition, Long> weights) {
    Map<Integer, Long> led = new TreeMap<>();
    state.brokers.forEach(b -> led.put(b.id(), 0L));
    long total = 0;
    List<String> leaderless = new ArrayList<>();
    for (TopicDescription topic : state.topics.values()) {
      if (!counts(topic)) {
        continue;
      }
      for (TopicPartitionInfo p : topic.partitions()) {
        TopicPartition key = new TopicPartition(topic.name(), p.partition());
        long weight = weights == null ? 1 : weights.getOrDefault(key, 0L);
        total += weight;
        if (p.leader() == null || p.leader().isEmpty()) {
          leaderless.add(key.toString());
        } else {
          led.merge(p.leader().id(), weight, Long::sum);
        }
      }
    }
    if (!leaderless.isEmpty()) {
      return new Verdict(check, false, "without a leader: " + some(leaderless));
    }
    if (weights != null && !state.dirErrors.isEmpty()) {
      return new Verdict(check, false, "sizes are not to be had: " + some(state.dirErrors));
    }
    if (total == 0) {
      return new Verdict(check, false, "there are no " + unit + " to share");
    }
    boolean pass = true;
    List<String> parts = new ArrayList<>();
    for (Map.Entry<Integer, Long> e : led.entrySet()) {
      double share = 100.0 * e.getValue() / total;
      boolean fair = share >= minShare && share <= maxShare;
      pass &= fair;
      parts.add(String.format("broker %d %.1f %%%s", e.getKey(), share, fair ? "" : " (!)"));
    }
    return new Verdict(check, pass, String.format("of %d %s: %s (wanted %.1f to %.1f %%)", total, unit,
        String.join(", ", parts), minShare, maxShare));
  }

  private static String rackOf(Node node) {
    return node.hasRack() ? node.rack() : "broker-" + node.id();
  }

  private Verdict racks(State state) {
    // A replica on a dead broker is on a rack too, but Kafka does not say on which: it counts as its own.
    Map<Integer, String> rack = state.brokers.stream()
        .collect(Collectors.toMap(Node::id, Referee::rackOf));
    int racks = new HashSet<>(rack.values()).size();
    List<String> bad = new ArrayList<>();
    int partitions = 0;
    for (TopicDescription topic : state.topics.values()) {
      if (!counts(topic)) {
        continue;
      }
      for (TopicPartitionInfo p : topic.partitions()) {
        partitions++;
        Set<String> used = new TreeSet<>();
        p.replicas().forEach(r -> used.add(rack.getOrDefault(r.id(), "broker-" + r.id())));
        if (used.size() < Math.min(p.replicas().size(), racks)) {
          bad.add(topic.name() + "-" + p.partition() + ids(p.replicas()) + " on " + used);
        }
      }
    }
    return new Verdict("racks", bad.isEmpty(), bad.isEmpty()
        ? partitions + " partitions spread over " + racks + " racks" : some(bad));
  }

  private Verdict isr(State state) {
    List<String> bad = new ArrayList<>();
    for (TopicDescription topic : state.topics.values()) {
      for (TopicPartitionInfo p : topic.partitions()) {
        if (counts(topic) && (p.leader() == null || p.isr().size() != p.replicas().size())) {
          bad.add(topic.name() + "-" + p.partition() + ids(p.replicas()) + " in sync " + ids(p.isr()));
        }
      }
    }
    return new Verdict("isr", bad.isEmpty(), bad.isEmpty() ? "all replicas in sync" : some(bad));
  }

  private Verdict expected(State state) throws Exception {
    List<String> bad = new ArrayList<>();
    int count = 0;
    for (JsonNode want : json.readTree(new File(expect)).path("partitions")) {
      count++;
      TopicPartition key =
          new TopicPartition(want.path("topic").asText(), want.path("partition").asInt());
      TopicDescription topic = state.topics.get(key.topic());
      if (topic == null || key.partition() >= topic.partitions().size()) {
        bad.add(key + " does not exist");
        continue;
      }
      TopicPartitionInfo p = topic.partitions().get(key.partition());
      List<Integer> wanted = new ArrayList<>();
      want.path("replicas").forEach(r -> wanted.add(r.asInt()));
      if (!ids(p.replicas()).equals(wanted)) {
        bad.add(key + " has " + ids(p.replicas()) + ", not " + wanted);
      } else if (p.isr().size() != p.replicas().size()) {
        bad.add(key + " is in sync only on " + ids(p.isr()) + " of " + wanted);
      }
      for (int i = 0; i < want.path("log_dirs").size() && i < wanted.size(); i++) {
        String dir = want.path("log_dirs").get(i).asText();
        int broker = wanted.get(i);
        boolean there = state.replicas.getOrDefault(key, List.of()).stream()
            .anyMatch(r -> r.broker() == broker && r.dir().equals(dir));
        if (!dir.equals("any") && !there) {
          bad.add(key + " is not in " + dir + " of broker " + broker);
        }
      }
    }
    if (count == 0) {
      bad.add(expect + " lists no partitions");
    }
    return new Verdict("replicas", bad.isEmpty(),
        bad.isEmpty() ? count + " partitions as expected" : some(bad));
  }

  private static List<Integer> ids(List<Node> nodes) {
    return nodes.stream().map(Node::id).toList();
  }

  private static String some(List<String> all) {
    String text = all.stream().limit(10).collect(Collectors.joining("; "));
    return all.size() <= 10 ? text : text + "; and " + (all.size() - 10) + " more";
  }

  // --- Reports ----------------------------------------------------------------------------------------

  private static Map<String, Object> ordered(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  private Map<String, Object> dumpState(State state) {
    List<Object> brokers = new ArrayList<>();
    state.brokers.forEach(b -> brokers.add(
        ordered("id", b.id(), "host", b.host(), "port", b.port(), "rack", b.rack())));
    List<Object> topics = new ArrayList<>();
    for (TopicDescription topic : state.topics.values()) {
      List<Object> partitions = new ArrayList<>();
      for (TopicPartitionInfo p : topic.partitions()) {
        TopicPartition key = new TopicPartition(topic.name(), p.partition());
        List<Object> logs = new ArrayList<>();
        state.replicas.getOrDefault(key, List.of()).stream()
            .sorted(Comparator.comparingInt(Replica::broker))
            .forEach(r -> logs.add(ordered("broker", r.broker(), "dir", r.dir(), "size", r.size())));
        partitions.add(ordered("partition", p.partition(),
            "leader", p.leader() == null ? -1 : p.leader().id(),
            "replicas", ids(p.replicas()), "isr", ids(p.isr()), "logs", logs));
      }
      topics.add(ordered("name", topic.name(), "id", topic.topicId().toString(),
          "internal", topic.isInternal(), "partitions", partitions));
    }
    List<Object> reassignments = new ArrayList<>();
    state.reassignments.forEach((p, r) -> reassignments.add(ordered("topic", p.topic(),
        "partition", p.partition(), "replicas", r.replicas(), "adding", r.addingReplicas(),
        "removing", r.removingReplicas())));
    return ordered("controller", state.controller, "brokers", brokers, "topics", topics,
        "reassignments", reassignments, "throttles", state.throttles, "log_dir_errors", state.dirErrors);
  }

  /** Lag as Kafka defines it: the partition's end (high watermark) less the group's committed offset. */
  private Map<String, Object> lags() throws Exception {
    List<String> groups = admin.listGroups(ListGroupsOptions.forConsumerGroups()).all().get().stream()
        .map(GroupListing::groupId).sorted().toList();
    Map<String, ConsumerGroupDescription> described =
        admin.describeConsumerGroups(groups).all().get();
    Map<String, ListConsumerGroupOffsetsSpec> specs = new HashMap<>();
    groups.forEach(g -> specs.put(g, new ListConsumerGroupOffsetsSpec()));
    Map<String, Map<TopicPartition, OffsetAndMetadata>> committed =
        specs.isEmpty() ? Map.of() : admin.listConsumerGroupOffsets(specs).all().get();

    Map<TopicPartition, OffsetSpec> ask = new HashMap<>();
    committed.values().forEach(m -> m.keySet().forEach(p -> ask.put(p, OffsetSpec.latest())));
    // A topic may be gone while its offsets are still committed: each partition fails for itself.
    var found = admin.listOffsets(ask);
    Map<String, Object> result = new TreeMap<>();
    for (String group : groups) {
      List<Object> partitions = new ArrayList<>();
      Map<TopicPartition, OffsetAndMetadata> ofGroup = new TreeMap<>(
          Comparator.comparing(TopicPartition::topic)
              .thenComparingInt(TopicPartition::partition));
      ofGroup.putAll(committed.getOrDefault(group, Map.of()));
      for (Map.Entry<TopicPartition, OffsetAndMetadata> e : ofGroup.entrySet()) {
        if (e.getValue() == null) {
          continue;
        }
        long offset = e.getValue().offset();
        Long end = null;
        try {
          ListOffsetsResultInfo info = found.partitionResult(e.getKey()).get();
          end = info.offset();
        } catch (ExecutionException gone) {
          // Reported as null.
        }
        partitions.add(ordered("topic", e.getKey().topic(), "partition", e.getKey().partition(),
            "committed", offset, "end", end, "lag", end == null ? null : Math.max(0, end - offset)));
      }
      result.put(group, ordered("state", described.get(group).groupState().toString(),
          "members", described.get(group).members().size(), "partitions", partitions));
    }
    return ordered("groups", result);
  }
}
