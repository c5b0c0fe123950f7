import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.TopicPartitionReplica;

/** Makes topics, and puts their replicas, leaders and log dirs where a test wants them to begin. */
final class Arranger {
  private record Wanted(List<Integer> replicas, Map<Integer, String> dirs) {}

  private final Admin admin;

  Arranger(Admin admin) {
    this.admin = admin;
  }

  /** {"name", "replicas": [[1, 2], ...], "configs": {...}} */
  void makeTopic(JsonNode request) throws Exception {
    Map<Integer, List<Integer>> assignments = new HashMap<>();
    request.path("replicas").forEach(r -> assignments.put(assignments.size(), History.ints(r)));
    Map<String, String> configs = new HashMap<>();
    request.path("configs").properties().forEach(c -> configs.put(c.getKey(), c.getValue().asText()));
    admin.createTopics(List.of(new NewTopic(request.path("name").asText(), assignments).configs(configs)))
        .all().get(30, TimeUnit.SECONDS);
  }

  /**
   * {"partitions": [{"topic", "partition", "replicas", "log_dirs"}]} as Kafka's reassignment tool has it. Returns
   * what is not so when `timeoutMs` is over, or an empty text.
   */
  String arrange(JsonNode request, long timeoutMs) throws Exception {
    Map<TopicPartition, Wanted> wanted = read(request);
    long end = System.nanoTime() + timeoutMs * 1_000_000;
    Set<TopicPartition> asked = new HashSet<>();
    String missing;
    do {
      missing = step(wanted, asked);
      if (!missing.isEmpty()) {
        Thread.sleep(50);
      }
    } while (!missing.isEmpty() && System.nanoTime() < end);
    return missing;
  }

  private static Map<TopicPartition, Wanted> read(JsonNode request) {
    Map<TopicPartition, Wanted> wanted = new TreeMap<>(
        (a, b) -> a.toString().compareTo(b.toString()));
    for (JsonNode p : request.path("partitions")) {
      List<Integer> replicas = History.ints(p.path("replicas"));
      Map<Integer, String> dirs = new HashMap<>();
      for (int i = 0; i < p.path("log_dirs").size(); i++) {
        if (!p.path("log_dirs").get(i).asText().equals("any")) {
          dirs.put(replicas.get(i), p.path("log_dirs").get(i).asText());
        }
      }
      wanted.put(new TopicPartition(p.path("topic").asText(), p.path("partition").asInt()),
          new Wanted(replicas, dirs));
    }
    return wanted;
  }

  // One look, and one request of each kind for what is not as it should be.
  private String step(Map<TopicPartition, Wanted> wanted, Set<TopicPartition> asked) throws Exception {
    Set<String> topics = new HashSet<>();
    wanted.keySet().forEach(p -> topics.add(p.topic()));
    Set<TopicPartition> moving =
        admin.listPartitionReassignments(wanted.keySet()).reassignments().get(10, TimeUnit.SECONDS).keySet();
    Map<String, TopicDescription> seen = admin.describeTopics(topics).allTopicNames().get(10, TimeUnit.SECONDS);
    Map<TopicPartition, Optional<NewPartitionReassignment>> moves = new HashMap<>();
    Set<TopicPartition> elections = new HashSet<>();
    List<String> missing = new ArrayList<>();
    for (Map.Entry<TopicPartition, Wanted> entry : wanted.entrySet()) {
      TopicPartition key = entry.getKey();
      List<Integer> replicas = entry.getValue().replicas();
      TopicPartitionInfo now = seen.get(key.topic()).partitions().get(key.partition());
      boolean there = now.replicas().stream().map(Node::id).toList().equals(replicas);
      if (moving.contains(key) || !there || now.isr().size() != replicas.size()) {
        missing.add(key + " has " + now.replicas().stream().map(Node::id).toList() + ", in sync "
            + now.isr().stream().map(Node::id).toList() + ", wanted " + replicas);
        if (!there && !moving.contains(key) && asked.add(key)) {
          moves.put(key, Optional.of(new NewPartitionReassignment(replicas)));
        }
      } else if (now.leader() == null || now.leader().id() != replicas.get(0)) {
        missing.add(key + " is not led by " + replicas.get(0));
        elections.add(key);
      }
    }
    if (!moves.isEmpty()) {
      admin.alterPartitionReassignments(moves).all().get(10, TimeUnit.SECONDS);
    } else if (missing.size() == elections.size() && !elections.isEmpty()) {
      admin.electLeaders(ElectionType.PREFERRED, elections).partitions().get(10, TimeUnit.SECONDS);
    } else if (missing.isEmpty()) {
      missing.addAll(moveDirs(wanted));
    }
    return String.join("; ", missing);
  }

  private List<String> moveDirs(Map<TopicPartition, Wanted> wanted) throws Exception {
    Set<Integer> brokers = new HashSet<>();
    wanted.values().forEach(w -> brokers.addAll(w.dirs().keySet()));
    List<String> missing = new ArrayList<>();
    Map<TopicPartitionReplica, String> moves = new HashMap<>();
    Map<Integer, Map<String, LogDirDescription>> all =
        admin.describeLogDirs((Collection<Integer>) brokers).allDescriptions().get(10, TimeUnit.SECONDS);
    wanted.forEach((key, want) -> want.dirs().forEach((broker, path) -> {
      boolean there = false;
      boolean coming = false;
      for (Map.Entry<String, LogDirDescription> dir : all.get(broker).entrySet()) {
        var replica = dir.getValue().replicaInfos().get(key);
        there |= replica != null && !replica.isFuture() && dir.getKey().equals(path);
        coming |= replica != null && replica.isFuture();
      }
      if (!there || coming) {
        missing.add(key + " is not in " + path + " of broker " + broker);
      }
      if (!there && !coming) {
        moves.put(new TopicPartitionReplica(key.topic(), key.partition(), broker), path);
      }
    }));
    if (!moves.isEmpty()) {
      try {
        admin.alterReplicaLogDirs(moves).all().get(10, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        missing.add(e.getCause().toString());
      }
    }
    return missing;
  }
}
