import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** One look at a cluster: the event "state" of a History, read once. */
final class Sight {
  /** A partition; "topic-number" is its name. While it moves, `adding` and `removing` are not both empty. */
  static final class Part {
    String topic;
    String topicId;
    List<Integer> replicas;
    List<Integer> isr;
    List<Integer> adding;
    List<Integer> removing;
    boolean moving;
    int leader;
    long size;
    final Map<Integer, String> dirs = new TreeMap<>();
    /** Copies that are on their way to another log dir of the same broker. */
    final Map<Integer, String> futures = new TreeMap<>();

    /** The replicas that it had before it began to move. */
    List<Integer> original() {
      return replicas.stream().filter(b -> !adding.contains(b)).toList();
    }
  }

  /** When the first and the last question of it were asked. */
  long from;
  long at;
  final Set<Integer> live = new TreeSet<>();
  final Map<Integer, String> racks = new HashMap<>();
  final Map<String, Part> parts = new TreeMap<>();
  /** "broker 1 leader.replication.throttled.rate" and the like: the resource's own value. */
  final Map<String, String> throttles = new TreeMap<>();
  final Map<String, Integer> minIsr = new HashMap<>();
  /** Whose configuration or log dirs did not answer: "broker 3", "topic t", "log dirs of 3". */
  final Set<String> unread = new TreeSet<>();
  /** Free bytes by broker and log dir, as far as known. */
  final Map<Integer, Map<String, Long>> usable = new TreeMap<>();

  static Sight of(JsonNode event) {
    Sight s = new Sight();
    s.from = event.path("from").asLong();
    s.at = event.path("at").asLong();
    JsonNode state = event.path("state");
    state.path("brokers").properties().forEach(b -> {
      s.live.add(Integer.valueOf(b.getKey()));
      s.racks.put(Integer.valueOf(b.getKey()), b.getValue().asText());
    });
    state.path("throttles").properties().forEach(t -> s.throttles.put(t.getKey(), t.getValue().asText()));
    state.path("unread").forEach(u -> s.unread.add(u.asText()));
    state.path("min_isr").properties().forEach(t -> s.minIsr.put(t.getKey(), t.getValue().asInt()));
    state.path("usable").properties().forEach(b -> {
      Map<String, Long> dirs = s.usable.computeIfAbsent(Integer.valueOf(b.getKey()), k -> new TreeMap<>());
      b.getValue().properties().forEach(d -> dirs.put(d.getKey(), d.getValue().asLong()));
    });
    state.path("partitions").properties().forEach(p -> s.parts.put(p.getKey(), part(p.getValue())));
    return s;
  }

  private static Part part(JsonNode node) {
    Part p = new Part();
    p.topic = node.path("topic").asText();
    p.topicId = node.path("topic_id").asText();
    p.replicas = History.ints(node.path("replicas"));
    p.isr = History.ints(node.path("isr"));
    p.adding = History.ints(node.path("adding"));
    p.removing = History.ints(node.path("removing"));
    p.moving = node.path("moving").asBoolean();
    p.leader = node.path("leader").asInt(-1);
    p.size = node.path("size").asLong();
    node.path("dirs").properties().forEach(d -> p.dirs.put(Integer.valueOf(d.getKey()), d.getValue().asText()));
    node.path("futures").properties()
        .forEach(d -> p.futures.put(Integer.valueOf(d.getKey()), d.getValue().asText()));
    return p;
  }
}
