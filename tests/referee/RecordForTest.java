import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * A clean record, made by hand: t-0 goes from [1, 2] to [1, 3] with throttles, t-1 [2, 1] is led by broker 1 until
 * an election, and its replica on broker 2 changes its log dir; t-2 is made. The daemon is killed once, after its first request.
 */
final class RecordForTest {
  static final long LAST_LOOK_BEFORE_RESTORE = 5650;
  private static final String RATE = "follower.replication.throttled.rate";
  private static final String LEADER_RATE = "leader.replication.throttled.rate";
  private static final String LIST = "follower.replication.throttled.replicas";
  private static final String LEADER_LIST = "leader.replication.throttled.replicas";

  private final History history = new History(null);
  private final ObjectNode state;
  private final ObjectNode journal = History.event("journal");
  private int requests;
  private int generation = 1;

  private RecordForTest() throws IOException {
    state = (ObjectNode) History.JSON.readTree("""
        {"brokers": {"1": "r1", "2": "r2", "3": "r3", "4": "r1"},
         "partitions": {
           "t-0": {"topic": "t", "topic_id": "id", "leader": 1, "replicas": [1, 2], "isr": [1, 2], "adding": [],
                   "removing": [], "moving": false, "dirs": {"1": "/a", "2": "/a"}, "size": 1000},
           "t-1": {"topic": "t", "topic_id": "id", "leader": 1, "replicas": [2, 1], "isr": [1, 2], "adding": [],
                   "removing": [], "moving": false, "dirs": {"1": "/a", "2": "/a"}, "size": 1000}},
         "usable": {"1": {"/a": 1000000, "/b": 1000000}, "2": {"/a": 1000000, "/b": 1000000},
                    "3": {"/a": 1000000, "/b": 1000000}},
         "throttles": {}, "min_isr": {"t": 1}}""");
    journal.setAll((ObjectNode) History.JSON.readTree("""
        {"operations": [
           {"id": "op1", "state": "completed", "cancel_requested": 0, "undone_by": "", "hold_reason": ""}],
         "steps": [
           {"operation": "op1", "number": 1, "kind": "replica", "topic": "t", "partition": 0, "topic_id": "id",
            "before": "1,2", "after": "1,3", "state": "done", "cancel": "none", "broker": -1, "from_dir": "",
            "to_dir": "", "sent_ms": 3000, "finished_ms": 5000},
           {"operation": "op1", "number": 2, "kind": "leader", "topic": "t", "partition": 1, "topic_id": "id",
            "before": "2,1", "after": "2,1", "state": "done", "cancel": "none", "broker": -1, "from_dir": "",
            "to_dir": "", "sent_ms": 0, "finished_ms": 5000},
           {"operation": "op1", "number": 3, "kind": "log_dir", "topic": "t", "partition": 1, "topic_id": "id",
            "before": "2,1", "after": "2,1", "state": "done", "cancel": "none", "broker": 2, "from_dir": "/a",
            "to_dir": "/b", "sent_ms": 4000, "finished_ms": 5500},
           {"operation": "op1", "number": 4, "kind": "new_partition", "topic": "t", "partition": 2, "topic_id": "id",
            "before": "", "after": "3,2", "state": "done", "cancel": "none", "broker": -1, "from_dir": "",
            "to_dir": "", "sent_ms": 5600, "finished_ms": 5700}],
         "config_preimages": [], "audit": []}"""));
    preimage("broker", "3", RATE, "", "1000");
    preimage("broker", "1", LEADER_RATE, "", "1000");
    preimage("broker", "2", LEADER_RATE, "", "1000");
    preimage("topic", "t", LIST, "0:3", "0:3");
    preimage("topic", "t", LEADER_LIST, "0:1", "0:1");
    preimage("topic", "t", LEADER_LIST, "0:2", "0:2");
  }

  static History make() throws IOException {
    RecordForTest record = new RecordForTest();
    record.fill();
    return record.history;
  }

  private void fill() throws IOException {
    history.add(History.event("limits").put("at", 0).put("moves_cluster", 5).put("moves_per_broker", 5)
        .put("leader_moves", 5).put("dir_moves_per_broker", 2).put("moves_per_dir", 1).put("throttled", true));
    mark(900, "start");
    look(1000);
    mark(1050, "apply");
    // The lists, then the rates: each is one request per broker, and one for all topics.
    configs(1200, 1, "topic", "t", 2, LIST, "0:3", LEADER_LIST, "0:1,0:2");
    throttle("topic t " + LIST, "0:3");
    throttle("topic t " + LEADER_LIST, "0:1,0:2");
    look(1300);
    mark(1400, "killed");
    mark(1500, "start");
    generation = 2;
    rate(2000, 3, RATE);
    rate(2200, 1, LEADER_RATE);
    rate(2400, 2, LEADER_RATE);
    copy();
    elect();
    dir();
    create();
    takeBack(6500, 3, RATE);
    takeBack(6700, 1, LEADER_RATE);
    takeBack(6900, 2, LEADER_RATE);
    configs(7000, 1, "topic", "t", 3, LIST, "0:3", LEADER_LIST, "0:1,0:2");
    ((ObjectNode) state.get("throttles")).removeAll();
    look(7200);
    ObjectNode records = History.event("records").put("at", 8000);
    records.put("acknowledged", 10).put("lost", 0).put("duplicates", 0).put("disorder", 0);
    history.add(records);
    history.add(journal.put("at", 9000));
  }

  private void copy() throws IOException {
    request(3000, 1, "ALTER_PARTITION_REASSIGNMENTS", """
        {"timeoutMs": 1, "allowReplicationFactorChange": false,
         "topics": [{"name": "t", "partitions": [{"partitionIndex": 0, "replicas": [1, 3]}]}]}""");
    ObjectNode p = part("t-0");
    p.put("moving", true);
    ints(p, "replicas", 1, 3, 2);
    ints(p, "adding", 3);
    ints(p, "removing", 2);
    look(3100);
    look(4500);
    p.put("moving", false);
    ints(p, "replicas", 1, 3);
    ints(p, "isr", 1, 3);
    ints(p, "adding");
    ints(p, "removing");
    look(4900);
  }

  private void elect() throws IOException {
    request(4950, 1, "ELECT_LEADERS",
        "{\"electionType\": 0, \"topicPartitions\": [{\"topic\": \"t\", \"partitions\": [1]}], \"timeoutMs\": 1}");
    part("t-1").put("leader", 2);
    look(4990);
  }

  private void dir() throws IOException {
    request(5100, 2, "ALTER_REPLICA_LOG_DIRS",
        "{\"dirs\": [{\"path\": \"/b\", \"topics\": [{\"name\": \"t\", \"partitions\": [1]}]}]}");
    part("t-1").putObject("futures").put("2", "/b");
    look(5200);
    part("t-1").putObject("futures");
    ((ObjectNode) part("t-1").get("dirs")).put("2", "/b");
    look(5400);
  }

  private void create() throws IOException {
    request(5600, 1, "CREATE_PARTITIONS", """
        {"topics": [{"name": "t", "count": 3, "assignments": [{"brokerIds": [3, 2]}]}], "validateOnly": false}""");
    ObjectNode made = part("t-1").deepCopy();
    made.put("leader", 3);
    ints(made, "replicas", 3, 2);
    ints(made, "isr", 2, 3);
    ((ObjectNode) state.get("partitions")).set("t-2", made);
    look(LAST_LOOK_BEFORE_RESTORE);
  }

  private ObjectNode part(String name) {
    return (ObjectNode) state.get("partitions").get(name);
  }

  private static void ints(ObjectNode node, String name, int... values) {
    ArrayNode list = node.putArray(name);
    for (int value : values) {
      list.add(value);
    }
  }

  private void throttle(String name, String value) {
    ((ObjectNode) state.get("throttles")).put(name, value);
  }

  private void rate(long at, int broker, String key) throws IOException {
    configs(at, broker, "broker", Integer.toString(broker), 0, key, "1000");
    throttle("broker " + broker + " " + key, "1000");
    look(at + 50);
  }

  private void takeBack(long at, int broker, String key) throws IOException {
    configs(at, broker, "broker", Integer.toString(broker), 1, key, null);
    ((ObjectNode) state.get("throttles")).remove("broker " + broker + " " + key);
    look(at + 50);
  }

  private void configs(long at, int broker, String scope, String resource, int operation, String... keysAndValues)
      throws IOException {
    ObjectNode body = History.JSON.createObjectNode();
    ObjectNode one = body.putArray("resources").addObject();
    one.put("resourceType", scope.equals("topic") ? 2 : 4).put("resourceName", resource);
    ArrayNode configs = one.putArray("configs");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      configs.addObject().put("name", keysAndValues[i]).put("configOperation", operation)
          .put("value", keysAndValues[i + 1]);
    }
    request(at, broker, "INCREMENTAL_ALTER_CONFIGS", body.toString());
  }

  private void request(long at, int broker, String api, String body) throws IOException {
    ObjectNode event = History.event("request").put("at", at).put("arrived", at).put("n", ++requests)
        .put("broker", broker).put("api", api).put("changes", true).put("state_seen", true);
    event.set("body", History.JSON.readTree(body));
    history.add(event);
    StringBuilder name = new StringBuilder();
    for (String word : api.toLowerCase(java.util.Locale.ROOT).split("_")) {
      name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
    }
    ((ArrayNode) journal.get("audit")).addObject().put("generation", generation).put("sequence", requests)
        .put("time_ms", at - 10).put("operation", "op1").put("author", "a").put("api", name.toString())
        .put("target", String.join("; ", Rules.itemsOf(event))).put("outcome", "ok");
  }

  private void preimage(String scope, String resource, String key, String entry, String ours) {
    ((ArrayNode) journal.get("config_preimages")).addObject().put("operation", "op1").put("scope", scope)
        .put("resource", resource).put("key", key).put("entry", entry).putNull("before").put("ours", ours)
        .put("state", "restored");
  }

  private void mark(long at, String what) {
    history.add(History.event("mark").put("at", at).put("what", what));
  }

  private void look(long at) {
    ObjectNode event = History.event("state").put("from", at - 5).put("at", at);
    event.set("state", state.deepCopy());
    history.add(event);
  }
}
