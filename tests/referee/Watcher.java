import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeLogDirsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Looks at the cluster every fifth of a second, and whenever it is asked to, through Kafka's Admin client alone,
 * and records what it saw when that is something new. Free bytes and sizes are told with each state but do not
 * make one new: they change all the time.
 */
final class Watcher {
  private static final long EVERY_MS = 200;
  /** For one broker's own answer: the daemon's requests wait meanwhile. */
  private static final int PATIENCE_MS = 1000;
  private static final String[] THROTTLES = {
    "leader.replication.throttled.rate", "follower.replication.throttled.rate",
    "leader.replication.throttled.replicas", "follower.replication.throttled.replicas",
    "replica.alter.log.dirs.io.max.bytes.per.second"
  };

  private final Admin admin;
  private volatile History history;
  private ObjectNode lastState;
  private ObjectNode lastWhole;
  private volatile boolean stop;

  Watcher(String bootstrap) {
    Properties properties = new Properties();
    properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "2000");
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "4000");
    properties.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, "200");
    admin = Admin.create(properties);
  }

  Admin admin() {
    return admin;
  }

  /** Records into this from now on; null: nowhere. */
  synchronized void recordTo(History to) {
    history = to;
    lastState = null;
    lastWhole = null;
  }

  void start() {
    Thread thread = new Thread(() -> {
      while (!stop) {
        look();
        try {
          Thread.sleep(EVERY_MS);
        } catch (InterruptedException e) {
          return;
        }
      }
    }, "watcher");
    thread.setDaemon(true);
    thread.start();
  }

  /** Looks now. False when the cluster could not be asked; then nothing is recorded. */
  synchronized boolean look() {
    if (history == null) {
      return false;
    }
    try {
      long from = System.currentTimeMillis();
      ObjectNode state = read();
      keepUnread(state);
      ObjectNode compared = state.deepCopy();
      compared.remove("usable");
      compared.path("partitions").forEach(p -> ((ObjectNode) p).remove("size"));
      if (!compared.equals(lastState)) {
        lastState = compared;
        ObjectNode event = History.event("state").put("from", from);
        event.set("state", state);
        history.add(event);
      }
      return true;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      stop = true;
      return false;
    }
  }

  /** Looks until every broker has told everything. False when that does not come to pass. */
  boolean lookWhole(long timeoutMs) throws InterruptedException {
    long end = System.nanoTime() + timeoutMs * 1_000_000;
    do {
      if (look() && lastUnread() == 0) {
        return true;
      }
      Thread.sleep(50);
    } while (System.nanoTime() < end);
    return false;
  }

  private synchronized int lastUnread() {
    return lastWhole == null ? 1 : lastWhole.path("unread").size();
  }

  /** What could not be read now is taken to be what it was. */
  private void keepUnread(ObjectNode state) {
    if (lastWhole != null) {
      for (JsonNode name : state.path("unread")) {
        String text = name.asText();
        if (text.startsWith("log dirs of ")) {
          keepDirs(state, text.substring("log dirs of ".length()));
        } else {
          ObjectNode throttles = (ObjectNode) state.get("throttles");
          lastWhole.path("throttles").properties().stream().filter(t -> t.getKey().startsWith(text + " "))
              .forEach(t -> throttles.set(t.getKey(), t.getValue()));
        }
      }
    }
    lastWhole = state;
  }

  private void keepDirs(ObjectNode state, String broker) {
    for (Map.Entry<String, JsonNode> part : state.path("partitions").properties()) {
      for (String kind : List.of("dirs", "futures")) {
        JsonNode was = lastWhole.path("partitions").path(part.getKey()).path(kind).path(broker);
        if (!was.isMissingNode()) {
          child((ObjectNode) part.getValue(), kind).set(broker, was);
        }
      }
    }
  }

  private static <T> T get(KafkaFuture<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(4, TimeUnit.SECONDS);
  }

  /** The cluster's state now. Reassignments are read before and after the topics, until both agree. */
  ObjectNode read() throws InterruptedException, ExecutionException, TimeoutException {
    for (int attempt = 0;; attempt++) {
      Map<TopicPartition, PartitionReassignment> before = get(admin.listPartitionReassignments().reassignments());
      Collection<Node> nodes = get(admin.describeCluster().nodes());
      Set<String> names = get(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
      Map<String, TopicDescription> topics = get(admin.describeTopics(names).allTopicNames());
      ObjectNode state = History.JSON.createObjectNode();
      ObjectNode brokers = state.putObject("brokers");
      nodes.stream().sorted((a, b) -> a.id() - b.id())
          .forEach(n -> brokers.put(n.idString(), n.hasRack() ? n.rack() : "broker-" + n.id()));
      state.putArray("unread");
      readPartitions(state, topics, before);
      // Both are asked at once: a broker that just died keeps us waiting once only.
      var configs = admin.describeConfigs(resources(names, nodes),
          new DescribeConfigsOptions().timeoutMs(PATIENCE_MS));
      var dirs = admin.describeLogDirs(nodes.stream().map(Node::id).sorted().toList(),
          new DescribeLogDirsOptions().timeoutMs(PATIENCE_MS));
      readLogDirs(state, dirs.descriptions());
      readConfigs(state, configs.values());
      Map<TopicPartition, PartitionReassignment> after = get(admin.listPartitionReassignments().reassignments());
      if (attempt == 3 || text(before).equals(text(after))) {
        return state;
      }
    }
  }

  private static String text(Map<TopicPartition, PartitionReassignment> reassignments) {
    Map<String, String> sorted = new TreeMap<>();
    reassignments.forEach((p, r) -> sorted.put(p.toString(), r.toString()));
    return sorted.toString();
  }

  private static void readPartitions(ObjectNode state, Map<String, TopicDescription> topics,
      Map<TopicPartition, PartitionReassignment> moving) {
    ObjectNode partitions = state.putObject("partitions");
    for (TopicDescription topic : new TreeMap<>(topics).values()) {
      for (TopicPartitionInfo p : topic.partitions()) {
        TopicPartition key = new TopicPartition(topic.name(), p.partition());
        PartitionReassignment r = moving.get(key);
        ObjectNode node = partitions.putObject(key.toString());
        node.put("topic", topic.name()).put("topic_id", topic.topicId().toString());
        node.put("leader", p.leader() == null ? -1 : p.leader().id());
        // The controller knows first.
        list(node.putArray("replicas"), r != null ? r.replicas() : ids(p.replicas()));
        list(node.putArray("isr"), new TreeSet<>(ids(p.isr())));
        list(node.putArray("adding"), r == null ? List.of() : r.addingReplicas());
        list(node.putArray("removing"), r == null ? List.of() : r.removingReplicas());
        node.put("moving", r != null);
      }
    }
  }

  private static List<Integer> ids(List<Node> nodes) {
    return nodes.stream().map(Node::id).toList();
  }

  private static void list(ArrayNode out, Collection<Integer> ids) {
    ids.forEach(out::add);
  }

  // Each broker for itself: one that just died must not hide the others.
  private static void readLogDirs(ObjectNode state,
      Map<Integer, KafkaFuture<Map<String, LogDirDescription>>> answers) throws InterruptedException {
    ObjectNode usable = state.putObject("usable");
    ObjectNode partitions = (ObjectNode) state.get("partitions");
    for (var answer : new TreeMap<>(answers).entrySet()) {
      String broker = answer.getKey().toString();
      Map<String, LogDirDescription> dirs;
      try {
        dirs = get(answer.getValue());
      } catch (ExecutionException | TimeoutException e) {
        ((ArrayNode) state.get("unread")).add("log dirs of " + broker);
        continue;
      }
      for (var dir : new TreeMap<>(dirs).entrySet()) {
        if (dir.getValue().usableBytes().isPresent()) {
          child(usable, broker).put(dir.getKey(), dir.getValue().usableBytes().getAsLong());
        }
        for (Map.Entry<TopicPartition, ReplicaInfo> replica : dir.getValue().replicaInfos().entrySet()) {
          ObjectNode p = (ObjectNode) partitions.get(replica.getKey().toString());
          if (p == null) {
            continue;
          }
          boolean future = replica.getValue().isFuture();
          child(p, future ? "futures" : "dirs").put(broker, dir.getKey());
          if (!future && p.path("leader").asInt() == answer.getKey()) {
            p.put("size", replica.getValue().size());
          }
        }
      }
    }
  }

  private static ObjectNode child(ObjectNode node, String name) {
    return node.has(name) ? (ObjectNode) node.get(name) : node.putObject(name);
  }

  private static List<ConfigResource> resources(Set<String> topics, Collection<Node> nodes) {
    List<ConfigResource> resources = new ArrayList<>();
    topics.forEach(t -> resources.add(new ConfigResource(ConfigResource.Type.TOPIC, t)));
    nodes.forEach(b -> resources.add(new ConfigResource(ConfigResource.Type.BROKER, b.idString())));
    resources.add(new ConfigResource(ConfigResource.Type.BROKER, ""));
    return resources;
  }

  private static void readConfigs(ObjectNode state, Map<ConfigResource, KafkaFuture<Config>> answers)
      throws InterruptedException {
    Map<String, Config> configs = new TreeMap<>();
    for (var answer : answers.entrySet()) {
      ConfigResource resource = answer.getKey();
      String scope = resource.type() == ConfigResource.Type.TOPIC ? "topic " : "broker ";
      try {
        configs.put(scope + resource.name(), get(answer.getValue()));
      } catch (ExecutionException | TimeoutException e) {
        ((ArrayNode) state.get("unread")).add(scope + resource.name());
      }
    }
    ObjectNode throttles = state.putObject("throttles");
    ObjectNode minIsr = state.putObject("min_isr");
    configs.forEach((name, config) -> {
      ConfigEntry.ConfigSource wanted = name.startsWith("topic ") ? ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG
          : name.equals("broker ") ? ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG
          : ConfigEntry.ConfigSource.DYNAMIC_BROKER_CONFIG;
      for (String key : THROTTLES) {
        ConfigEntry entry = config.get(key);
        if (entry != null && entry.source() == wanted) {
          throttles.put(name + " " + key, entry.value());
        }
      }
      if (name.startsWith("topic ") && config.get("min.insync.replicas") != null) {
        minIsr.put(name.substring(6), Integer.parseInt(config.get("min.insync.replicas").value()));
      }
    });
  }
}
