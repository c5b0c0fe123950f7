import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;

/**
 * Sees all that a daemon does to a cluster and judges it: the proxy on the wire, the watcher of the cluster's state
 * and the rules, in one process that shares no code with Levelwind. A test drives it over HTTP on the loopback and
 * tells it what it does itself (kills, restarts); the daemon knows only the proxy's addresses.
 *
 * <pre>
 *   POST /topic    {"name", "replicas", "configs"}     makes a topic
 *   POST /arrange  {"partitions": [...]}               puts replicas, leaders and log dirs there, not recorded
 *   POST /begin    {"file", "limits": {...}}           starts a record
 *   POST /mark     {"what": "killed"}                  into the record
 *   POST /records  {"acknowledged", "lost", ...}       into the record
 *   POST /end      {"state_dir"}                       ends it with the journal's rows and judges it
 *   GET  /leftovers                                    throttles and reassignments that are there now
 *   GET  /ready
 * </pre>
 */
public final class Witness {
  private static final String USAGE = """
      usage: witness --tools DIR --cluster DIR --listener NAME --port P
             witness --judge FILE      judges a record that was kept
             witness --self-test       spoils records and finds out whether the rules notice""";

  private final Path tools;
  private final Watcher watcher;
  private final WireProxy proxy;
  private final Arranger arranger;
  private History history;

  public static void main(String[] args) throws Exception {
    String tools = ".";
    String cluster = null;
    String listener = null;
    int port = 0;
    for (int i = 0; i < args.length; i++) {
      boolean more = i + 1 < args.length;
      if (args[i].equals("--self-test")) {
        System.exit(RulesSelfTest.run());
      } else if (more && args[i].equals("--judge")) {
        System.exit(judge(Path.of(args[i + 1])));
      } else if (more && args[i].equals("--tools")) {
        tools = args[++i];
      } else if (more && args[i].equals("--cluster")) {
        cluster = args[++i];
      } else if (more && args[i].equals("--listener")) {
        listener = args[++i];
      } else if (more && args[i].equals("--port")) {
        port = Integer.parseInt(args[++i]);
      } else {
        System.err.println("witness: what is " + args[i] + "?\n" + USAGE);
        System.exit(2);
      }
    }
    if (cluster == null || listener == null || port == 0) {
      System.err.println(USAGE);
      System.exit(2);
    }
    new Witness(Path.of(tools), cluster, listener).serve(port);
  }

  private static int judge(Path file) throws IOException {
    History history = History.read(file);
    List<Rules.Broken> broken = Rules.judge(history);
    System.out.println(Rules.summary(history));
    broken.forEach(b -> System.out.println(b.rule() + " at " + b.at() + ": " + b.what()));
    return broken.isEmpty() ? 0 : 1;
  }

  private Witness(Path tools, String cluster, String listener) throws IOException {
    this.tools = tools;
    JsonNode description = History.JSON.readTree(new File(cluster, "cluster.json"));
    watcher = new Watcher(description.path("bootstrap").asText());
    arranger = new Arranger(watcher.admin());
    proxy = new WireProxy(watcher);
    for (JsonNode broker : description.path("brokers")) {
      JsonNode ports = broker.path("listeners").path(listener);
      proxy.listen(broker.path("id").asInt(), ports.path("advertised_port").asInt(), ports.path("port").asInt());
    }
    watcher.start();
  }

  private interface Handler {
    ObjectNode answer(JsonNode request) throws Exception;
  }

  private void serve(int port) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(Executors.newFixedThreadPool(2));
    route(server, "/ready", request -> ok());
    route(server, "/topic", request -> {
      arranger.makeTopic(request);
      return ok();
    });
    route(server, "/arrange", this::arrange);
    route(server, "/begin", this::begin);
    route(server, "/mark", request -> {
      history.add(History.event("mark").put("what", request.path("what").asText()));
      return ok();
    });
    route(server, "/records", request -> {
      ObjectNode event = History.event("records");
      event.setAll((ObjectNode) request);
      history.add(event);
      return ok();
    });
    route(server, "/end", this::end);
    route(server, "/leftovers", request -> ok().put("left", leftovers()));
    server.start();
    System.out.println("ready");
  }

  private static ObjectNode ok() {
    return History.JSON.createObjectNode();
  }

  private static void route(HttpServer server, String path, Handler handler) {
    server.createContext(path, exchange -> {
      int status = 200;
      String text;
      try {
        byte[] body = exchange.getRequestBody().readAllBytes();
        JsonNode request = body.length == 0 ? ok() : History.JSON.readTree(body);
        text = handler.answer(request).toString();
      } catch (Exception e) {
        status = 500;
        text = ok().put("error", e.toString()).toString();
      }
      send(exchange, status, text);
    });
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private String leftovers() throws Exception {
    JsonNode state = watcher.read();
    StringBuilder left = new StringBuilder();
    state.path("throttles").properties().forEach(t -> left.append(t.getKey()).append('=')
        .append(t.getValue().asText()).append("; "));
    state.path("partitions").properties().forEach(p -> left.append(
        p.getValue().path("moving").asBoolean() ? p.getKey() + " is moving; " : ""));
    return left.toString();
  }

  private ObjectNode arrange(JsonNode request) throws Exception {
    String missing = arranger.arrange(request, 60_000);
    return missing.isEmpty() ? ok() : ok().put("missing", missing);
  }

  private ObjectNode begin(JsonNode request) throws IOException, InterruptedException {
    history = new History(Path.of(request.path("file").asText()));
    ObjectNode limits = History.event("limits");
    limits.setAll((ObjectNode) request.path("limits"));
    history.add(limits);
    watcher.recordTo(history);
    if (!watcher.lookWhole(20_000)) {
      throw new IllegalStateException("the cluster cannot be asked");
    }
    proxy.recordTo(history);
    return ok();
  }

  private ObjectNode end(JsonNode request) throws Exception {
    if (!watcher.lookWhole(20_000)) {
      throw new IllegalStateException("the cluster cannot be asked");
    }
    proxy.recordTo(null);
    watcher.recordTo(null);
    ObjectNode journal = History.event("journal");
    journal.setAll(journalRows(request.path("state_dir").asText()));
    history.add(journal);
    List<Rules.Broken> broken = Rules.judge(history);
    ObjectNode answer = ok().put("summary", Rules.summary(history));
    ArrayNode list = answer.putArray("broken");
    broken.forEach(b -> list.add(b.rule() + ": " + b.what()));
    history.close();
    return answer;
  }

  private ObjectNode journalRows(String stateDir) throws Exception {
    Process process = new ProcessBuilder("python3", tools.resolve("journal_rows.py").toString(), stateDir)
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    byte[] out = process.getInputStream().readAllBytes();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("the journal in " + stateDir + " cannot be read");
    }
    return (ObjectNode) History.JSON.readTree(out);
  }
}
