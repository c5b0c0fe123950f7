import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What happened, in order: one JSON object per event, each with "at" (milliseconds of wall time) and "kind".
 *
 * <ul>
 *   <li>limits: what the daemon was configured to keep to
 *   <li>request: a request that reached the proxy and was then passed on; "changes" says whether it can change
 *       the cluster, and then "body" is all of it, in the field names of Kafka's own schemas
 *   <li>answer: what the broker said to the request of the same "n"
 *   <li>state: what the cluster was, when it was another than at the last look (see Sight)
 *   <li>mark: what the test did: "start", "killed", "apply", "cancel", "broker_killed 3", "foreign t-0"
 *   <li>records: the outcome of the producer's and the readers' count
 *   <li>journal: the tables of the daemon's journal, at the end
 * </ul>
 */
final class History {
  static final ObjectMapper JSON = new ObjectMapper();

  private final List<ObjectNode> events = new ArrayList<>();
  private final BufferedWriter out;

  /** @param file each event is a line of it, written at once; null: kept in memory only. */
  History(Path file) throws IOException {
    out = file == null ? null : Files.newBufferedWriter(file);
  }

  static History read(Path file) throws IOException {
    History history = new History(null);
    try (BufferedReader in = Files.newBufferedReader(file)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        history.events.add((ObjectNode) JSON.readTree(line));
      }
    }
    return history;
  }

  /** A copy whose events can be changed without changing these. */
  History copy() throws IOException {
    History history = new History(null);
    for (ObjectNode event : events) {
      history.events.add(event.deepCopy());
    }
    return history;
  }

  synchronized void add(ObjectNode event) {
    if (!event.has("at")) {
      event.put("at", System.currentTimeMillis());
    }
    events.add(event);
    if (out != null) {
      try {
        out.write(event.toString());
        out.newLine();
        out.flush();
      } catch (IOException e) {
        throw new IllegalStateException("the record cannot be written: " + e, e);
      }
    }
  }

  synchronized List<ObjectNode> events() {
    return new ArrayList<>(events);
  }

  /** The list itself, for the self test, which spoils it. */
  List<ObjectNode> own() {
    return events;
  }

  synchronized void close() throws IOException {
    if (out != null) {
      out.close();
    }
  }

  static ObjectNode event(String kind) {
    return JSON.createObjectNode().put("kind", kind);
  }

  static List<Integer> ints(JsonNode list) {
    List<Integer> all = new ArrayList<>();
    list.forEach(n -> all.add(n.asInt()));
    return all;
  }
}
