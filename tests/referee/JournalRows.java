import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** What the daemon wrote into its journal, as the tables of the SQLite file had it at the end. */
final class JournalRows {
  record Step(String operation, int number, String kind, String topic, int partition, String topicId,
      List<Integer> before, List<Integer> after, String state, String cancel, int broker, String fromDir,
      String toDir, long sentMs, long finishedMs) {
    String name() {
      return topic + "-" + partition;
    }

    boolean over() {
      return !Set.of("pending", "submitted", "in_progress", "electing").contains(state);
    }

    boolean isLogDir() {
      return kind.equals("log_dir");
    }

    List<Integer> added() {
      return after.stream().filter(b -> !before.contains(b)).toList();
    }

    List<Integer> removed() {
      return before.stream().filter(b -> !after.contains(b)).toList();
    }

    /** Whether the reassignment that runs is this step's. */
    boolean isSigned(Sight.Part now) {
      return Set.copyOf(now.adding).equals(Set.copyOf(added()))
          && Set.copyOf(now.removing).equals(Set.copyOf(removed()));
    }
  }

  record Audit(long generation, long sequence, long timeMs, String operation, String api, String target,
      String outcome) {}

  record Preimage(String operation, String scope, String resource, String key, String entry, String before,
      String ours, String state) {
    String name() {
      return scope + " " + resource + " " + key;
    }
  }

  record Operation(String id, String state, boolean cancelRequested, String undoneBy, String hold) {
    boolean over() {
      return Set.of("completed", "partial", "cancelled", "failed").contains(state);
    }
  }

  final List<Operation> operations = new ArrayList<>();
  final List<Step> steps = new ArrayList<>();
  final List<Preimage> preimages = new ArrayList<>();
  final List<Audit> audit = new ArrayList<>();

  static JournalRows of(JsonNode event) {
    JournalRows rows = new JournalRows();
    for (JsonNode r : event.path("operations")) {
      rows.operations.add(new Operation(text(r, "id"), text(r, "state"), r.path("cancel_requested").asInt() != 0,
          text(r, "undone_by"), text(r, "hold_reason")));
    }
    for (JsonNode r : event.path("steps")) {
      rows.steps.add(new Step(text(r, "operation"), r.path("number").asInt(), text(r, "kind"), text(r, "topic"),
          r.path("partition").asInt(), text(r, "topic_id"), ids(text(r, "before")), ids(text(r, "after")),
          text(r, "state"), text(r, "cancel"), r.path("broker").asInt(), text(r, "from_dir"), text(r, "to_dir"),
          r.path("sent_ms").asLong(), r.path("finished_ms").asLong()));
    }
    for (JsonNode r : event.path("config_preimages")) {
      rows.preimages.add(new Preimage(text(r, "operation"), text(r, "scope"), text(r, "resource"), text(r, "key"),
          text(r, "entry"), r.path("before").isNull() ? null : text(r, "before"), text(r, "ours"),
          text(r, "state")));
    }
    for (JsonNode r : event.path("audit")) {
      rows.audit.add(new Audit(r.path("generation").asLong(), r.path("sequence").asLong(),
          r.path("time_ms").asLong(), text(r, "operation"), text(r, "api"), text(r, "target"),
          text(r, "outcome")));
    }
    rows.audit.sort(Comparator.comparingLong(Audit::generation).thenComparingLong(Audit::sequence));
    return rows;
  }

  private static String text(JsonNode row, String name) {
    return row.path(name).asText();
  }

  private static List<Integer> ids(String text) {
    return text.isEmpty() ? List.of() : Arrays.stream(text.split(",")).map(Integer::valueOf).toList();
  }

  Operation operation(String id) {
    return operations.stream().filter(o -> o.id().equals(id)).findFirst().orElse(null);
  }

  /** The step of an operation that moves this partition between brokers, or leads it elsewhere. */
  Step step(String operation, String partition) {
    return steps.stream().filter(s -> s.operation().equals(operation) && s.name().equals(partition)
        && !s.isLogDir()).findFirst().orElse(null);
  }

  Step dirStep(String operation, String partition, int broker) {
    return steps.stream().filter(s -> s.operation().equals(operation) && s.name().equals(partition)
        && s.isLogDir() && s.broker() == broker).findFirst().orElse(null);
  }

  /** The row of a configuration value, or of one entry of a list. */
  Preimage preimage(String operation, String name, String entry) {
    return preimages.stream().filter(p -> p.operation().equals(operation) && p.name().equals(name)
        && p.entry().equals(entry)).findFirst().orElse(null);
  }
}
