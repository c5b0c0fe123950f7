import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Whether every acknowledged record is there, once and in its order (I16). One process produces numbered records
 * with acks=all and idempotence, another one reads; neither knows of Levelwind.
 *
 * <p>As nothing else writes into the topic and no transaction does, the n-th record of a partition has offset n:
 * the producer checks it in each acknowledgement and the reader in each record, while no record has failed.
 */
public final class Ledger {
  private static final String USAGE = """
      usage: ledger produce --bootstrap B --topic T --partitions P --records N --rate R --file F
             ledger read    --bootstrap B --topic T --partitions P --file F

      produce writes into F how many records were acknowledged, once a second, and which failed, at the end.
      read reads from the beginning until all acknowledged records of the finished F are there, and prints as JSON
      how many were lost, out of order or there more than once.""";
  private static final int RECORD_BYTES = 100;
  private static final Duration POLL = Duration.ofMillis(200);
  /** How long the reader waits for a record that was acknowledged. */
  private static final long PATIENCE_MS = 60_000;

  private final String bootstrap;
  private final String topic;
  private final int partitions;
  private final Path file;
  private final long records;
  private final long rate;

  private Ledger(ObjectNode options) {
    bootstrap = options.path("bootstrap").asText();
    topic = options.path("topic").asText();
    partitions = options.path("partitions").asInt();
    file = Path.of(options.path("file").asText());
    records = options.path("records").asLong();
    rate = options.path("rate").asLong(Long.MAX_VALUE);
  }

  public static void main(String[] args) throws Exception {
    ObjectNode options = History.JSON.createObjectNode();
    for (int i = 1; i + 1 < args.length; i += 2) {
      options.put(args[i].replaceFirst("^--", ""), args[i + 1]);
    }
    String what = args.length == 0 ? "" : args[0];
    if (!options.has("bootstrap") || !options.has("topic") || !options.has("file")
        || !(what.equals("produce") || what.equals("read"))) {
      System.err.println(USAGE);
      System.exit(2);
    }
    Ledger ledger = new Ledger(options);
    System.exit(what.equals("produce") ? ledger.produce() : ledger.read());
  }

  // --- Producing --------------------------------------------------------------------------------------

  /** What became of one partition's records; written by the producer's I/O thread alone. */
  private static final class Sent {
    long sent;
    long acknowledged;
    boolean failed;
    final List<Long> failures = new ArrayList<>();
    final List<String> strange = new ArrayList<>();

    synchronized void onAnswer(long number, long offset, Exception error) {
      if (error != null) {
        failed = true;
        failures.add(number);
        return;
      }
      acknowledged++;
      if (!failed && offset != number && strange.size() < 10) {
        strange.add("record " + number + " was acknowledged at offset " + offset);
      }
    }
  }

  private int produce() throws Exception {
    Properties p = new Properties();
    p.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    p.put(ProducerConfig.ACKS_CONFIG, "all");
    p.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    // As long as a broker may be away: a record must not be given up whose fate is then unknown.
    p.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "900000");
    p.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "900000");
    p.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "5000");
    p.put(ProducerConfig.LINGER_MS_CONFIG, "20");
    p.put(ProducerConfig.BATCH_SIZE_CONFIG, "32768");
    p.put(ProducerConfig.METADATA_MAX_AGE_CONFIG, "2000");
    Sent[] sent = new Sent[partitions];
    for (int i = 0; i < partitions; i++) {
      sent[i] = new Sent();
    }
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(p, new ByteArraySerializer(), new ByteArraySerializer())) {
      long began = System.nanoTime();
      long told = 0;
      for (long n = 0; n < records; n++) {
        Sent to = sent[(int) (n % partitions)];
        long number = to.sent++;
        producer.send(new ProducerRecord<>(topic, (int) (n % partitions), null, value(number)),
            (metadata, error) -> to.onAnswer(number, metadata == null ? -1 : metadata.offset(), error));
        if (n % 100 == 0) {
          long due = began + (long) (n * 1e9 / rate);
          long early = (due - System.nanoTime()) / 1_000_000;
          if (early > 0) {
            Thread.sleep(early);
          }
          if (System.nanoTime() - told > 1_000_000_000L) {
            told = System.nanoTime();
            write(sent, false);
          }
        }
      }
      producer.flush();
    }
    return write(sent, true) == 0 ? 0 : 1;
  }

  private static byte[] value(long number) {
    byte[] bytes = new byte[RECORD_BYTES];
    ByteBuffer.wrap(bytes).putLong(number);
    for (int i = Long.BYTES; i < RECORD_BYTES; i++) {
      bytes[i] = (byte) (number * 31 + i);
    }
    return bytes;
  }

  private long write(Sent[] sent, boolean finished) throws IOException {
    ObjectNode all = History.JSON.createObjectNode().put("finished", finished);
    var list = all.putArray("partitions");
    long acknowledged = 0;
    long strange = 0;
    for (Sent s : sent) {
      synchronized (s) {
        ObjectNode one = list.addObject().put("sent", s.sent).put("acknowledged", s.acknowledged);
        acknowledged += s.acknowledged;
        strange += s.strange.size();
        s.failures.forEach(one.putArray("failed")::add);
        s.strange.forEach(one.putArray("strange")::add);
      }
    }
    all.put("acknowledged", acknowledged).put("strange", strange);
    Path aside = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(aside, all.toString());
    Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    return strange;
  }

  // --- Reading ----------------------------------------------------------------------------------------

  /** What was read of one partition. */
  private static final class Read {
    final BitSet seen = new BitSet();
    long last = -1;
    long duplicates;
    long disorder;
    long damaged;

    void onRecord(ConsumerRecord<byte[], byte[]> record) {
      long number = ByteBuffer.wrap(record.value()).getLong();
      if (!java.util.Arrays.equals(record.value(), value(number)) || number < 0 || number > Integer.MAX_VALUE) {
        damaged++;
        return;
      }
      if (seen.get((int) number)) {
        duplicates++;
      } else if (number < last) {
        disorder++;
      }
      seen.set((int) number);
      last = Math.max(last, number);
    }
  }

  private int read() throws Exception {
    Properties p = new Properties();
    p.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    // A reader that is sent back to the start, or ahead, would not notice what it missed.
    p.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    p.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    p.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, "2000");
    p.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000");
    Read[] read = new Read[partitions];
    List<TopicPartition> all = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      read[i] = new Read();
      all.add(new TopicPartition(topic, i));
    }
    JsonNode ledger;
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(p, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(all);
      all.forEach(tp -> consumer.seek(tp, 0));
      long lastProgress = System.currentTimeMillis();
      for (;;) {
        boolean any = false;
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          read[record.partition()].onRecord(record);
          any = true;
        }
        ledger = Files.exists(file) && !any ? History.JSON.readTree(file.toFile()) : null;
        boolean finished = ledger != null && ledger.path("finished").asBoolean();
        if (any || !finished) {
          lastProgress = System.currentTimeMillis();
        } else if (lost(ledger, read) == 0 || System.currentTimeMillis() - lastProgress > PATIENCE_MS) {
          break;
        }
      }
    }
    return report(ledger, read);
  }

  private static long lost(JsonNode ledger, Read[] read) {
    long lost = 0;
    for (int i = 0; i < read.length; i++) {
      JsonNode one = ledger.path("partitions").get(i);
      BitSet missing = new BitSet();
      missing.set(0, (int) one.path("sent").asLong());
      missing.andNot(read[i].seen);
      one.path("failed").forEach(n -> missing.clear(n.asInt()));
      lost += missing.cardinality();
    }
    return lost;
  }

  private static int report(JsonNode ledger, Read[] read) {
    long total = 0;
    long duplicates = 0;
    long disorder = 0;
    long damaged = 0;
    for (Read r : read) {
      total += r.seen.cardinality();
      duplicates += r.duplicates;
      disorder += r.disorder;
      damaged += r.damaged;
    }
    long lost = lost(ledger, read) + damaged;
    long strange = ledger.path("strange").asLong();
    ObjectNode out = History.JSON.createObjectNode().put("acknowledged", ledger.path("acknowledged").asLong())
        .put("read", total).put("lost", lost).put("duplicates", duplicates).put("disorder", disorder + strange);
    System.out.println(out);
    return lost + duplicates + disorder + strange == 0 ? 0 : 1;
  }
}
