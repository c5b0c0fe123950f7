import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.network.RequestConvertToJson;

/**
 * Stands between a client and the brokers and records every request and every answer, decoded by Kafka's own
 * classes. A request that can change the cluster is held until the watcher has looked, so that the record has the
 * state that it met; and the answer is, so that it has the state that it made. Passes on every byte as it came.
 */
final class WireProxy {
  /** What cannot change a cluster. Anything else counts as a change, whatever it is. */
  static final Set<ApiKeys> READS = EnumSet.of(ApiKeys.FETCH, ApiKeys.LIST_OFFSETS, ApiKeys.METADATA,
      ApiKeys.OFFSET_FETCH, ApiKeys.FIND_COORDINATOR, ApiKeys.DESCRIBE_GROUPS, ApiKeys.LIST_GROUPS,
      ApiKeys.API_VERSIONS, ApiKeys.DESCRIBE_CONFIGS, ApiKeys.DESCRIBE_LOG_DIRS,
      ApiKeys.LIST_PARTITION_REASSIGNMENTS, ApiKeys.DESCRIBE_CLIENT_QUOTAS, ApiKeys.DESCRIBE_QUORUM,
      ApiKeys.DESCRIBE_CLUSTER, ApiKeys.DESCRIBE_PRODUCERS, ApiKeys.DESCRIBE_TRANSACTIONS,
      ApiKeys.LIST_TRANSACTIONS, ApiKeys.CONSUMER_GROUP_DESCRIBE, ApiKeys.LIST_CONFIG_RESOURCES,
      ApiKeys.DESCRIBE_TOPIC_PARTITIONS, ApiKeys.SHARE_GROUP_DESCRIBE, ApiKeys.STREAMS_GROUP_DESCRIBE,
      ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS);
  private static final int MOST_BYTES = 128 << 20;

  private record Sent(long n, RequestHeader header, boolean changes) {}

  private final Watcher watcher;
  private final AtomicLong numbers = new AtomicLong();
  private volatile History history;

  WireProxy(Watcher watcher) {
    this.watcher = watcher;
  }

  void recordTo(History to) {
    history = to;
  }

  /** Listens on `port` of the loopback for the broker `id` at `target`, until the process ends. */
  void listen(int id, int port, int target) throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    thread("broker-" + id, () -> {
      for (;;) {
        try {
          accept(id, server.accept(), target);
        } catch (IOException e) {
          System.err.println("proxy of broker " + id + ": " + e);
          return;
        }
      }
    });
  }

  private static void thread(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
  }

  // A broker that is down is for the client to see: its connection is closed at once.
  private void accept(int id, Socket client, int target) {
    Socket broker = new Socket();
    try {
      broker.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 2000);
      client.setTcpNoDelay(true);
      broker.setTcpNoDelay(true);
    } catch (IOException e) {
      close(client);
      close(broker);
      return;
    }
    Map<Integer, Sent> open = new ConcurrentHashMap<>();
    long connection = numbers.incrementAndGet();
    thread("to-" + id, () -> pump(client, broker, frame -> onRequest(id, connection, frame, open)));
    thread("from-" + id, () -> pump(broker, client, frame -> onAnswer(frame, open)));
  }

  private interface Hook {
    void see(byte[] frame);
  }

  private static void pump(Socket from, Socket to, Hook hook) {
    try (InputStream raw = from.getInputStream()) {
      DataInputStream in = new DataInputStream(raw);
      DataOutputStream out = new DataOutputStream(to.getOutputStream());
      for (;;) {
        int size = in.readInt();
        if (size < 0 || size > MOST_BYTES) {
          throw new IOException("a frame of " + size + " bytes");
        }
        byte[] frame = in.readNBytes(size);
        if (frame.length < size) {
          break;
        }
        hook.see(frame);
        byte[] whole = ByteBuffer.allocate(4 + size).putInt(size).put(frame).array();
        out.write(whole);
        out.flush();
      }
    } catch (IOException e) {
      // One side has closed: so does the other.
    } finally {
      close(from);
      close(to);
    }
  }

  private static void close(Closeable what) {
    try {
      what.close();
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void onRequest(int broker, long connection, byte[] frame, Map<Integer, Sent> open) {
    ByteBuffer buffer = ByteBuffer.wrap(frame);
    RequestHeader header;
    try {
      header = RequestHeader.parse(buffer);
    } catch (RuntimeException e) {
      // Kafka's classes do not know it: then it is a change, of a kind that no rule allows.
      note(History.event("request").put("n", numbers.incrementAndGet()).put("broker", broker)
          .put("api", "UNKNOWN").put("changes", true).put("error", e.toString()));
      return;
    }
    boolean changes = !READS.contains(header.apiKey());
    Sent sent = new Sent(numbers.incrementAndGet(), header, changes);
    open.put(header.correlationId(), sent);
    ObjectNode event = History.event("request").put("n", sent.n()).put("connection", connection)
        .put("broker", broker).put("key", header.apiKey().id).put("api", header.apiKey().name())
        .put("version", header.apiVersion()).put("client", header.clientId())
        .put("correlation", header.correlationId()).put("changes", changes);
    if (changes) {
      event.put("arrived", System.currentTimeMillis());
      event.set("body", body(header, buffer));
      event.put("state_seen", watcher.look());
    }
    note(event);
  }

  private static JsonNode body(RequestHeader header, ByteBuffer buffer) {
    try {
      AbstractRequest request = AbstractRequest.parseRequest(header.apiKey(), header.apiVersion(),
          new ByteBufferAccessor(buffer)).request;
      return RequestConvertToJson.request(request);
    } catch (RuntimeException e) {
      return History.JSON.createObjectNode().put("unreadable", e.toString());
    }
  }

  private void onAnswer(byte[] frame, Map<Integer, Sent> open) {
    ByteBuffer buffer = ByteBuffer.wrap(frame);
    Sent sent = open.remove(buffer.getInt(0));
    if (sent == null) {
      return;
    }
    ObjectNode event = History.event("answer").put("n", sent.n()).put("api", sent.header().apiKey().name());
    if (sent.changes()) {
      try {
        AbstractResponse response = AbstractResponse.parseResponse(buffer, sent.header());
        event.set("body", RequestConvertToJson.response(response, sent.header().apiVersion()));
      } catch (RuntimeException e) {
        event.put("unreadable", e.toString());
      }
    }
    note(event);
    if (sent.changes()) {
      watcher.look();
    }
  }

  private void note(ObjectNode event) {
    History to = history;
    if (to != null) {
      to.add(event);
    }
  }
}
