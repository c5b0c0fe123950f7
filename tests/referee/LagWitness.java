import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;

/**
 * What consumer groups are behind by, as Kafka's own Java clients tell it, and the records and commits to be behind
 * of. Nothing of ours is in it.
 *
 *   lag BOOTSTRAP topics N PARTITIONS         topics lag-0 to lag-(N-1), one replica each
 *   lag BOOTSTRAP groups N TOPICS             group g reads all of topic g mod TOPICS and has committed at random
 *   lag BOOTSTRAP commit G TOPIC P OFFSET     for a group without members
 *   lag BOOTSTRAP share GROUP TOPIC N         a share group that reads from the beginning; "read" after N records, stays
 *   lag BOOTSTRAP streams APP TOPIC N         a streams group (KIP-1071) that reads from the beginning and stops in the middle
 *                                             of record N; "read" after the one before is committed
 *   lag BOOTSTRAP look                        group, topic, partition, committed, end: a line each; -1: none
 *   lag BOOTSTRAP churn N TOPICS PARTITIONS   produces and commits without end; "churning" after the first round
 *   lag BOOTSTRAP produce FILE                lines: topic partition timestamp key
 *   lag BOOTSTRAP transaction TOPIC P N FILE  opens one, sends N records, says "open"; when FILE is there, ends it
 *                                             as its first line says: commit or abort
 */
final class LagWitness {
  private static final int BATCH = 250;

  public static void main(String[] args) throws Exception {
    String bootstrap = args[0];
    switch (args[1]) {
      case "topics" -> topics(bootstrap, number(args[2]), number(args[3]));
      case "groups" -> groups(bootstrap, number(args[2]), number(args[3]));
      case "commit" -> commit(bootstrap, args[2], new TopicPartition(args[3], number(args[4])), number(args[5]));
      case "share" -> share(bootstrap, args[2], args[3], number(args[4]));
      case "streams" -> streams(bootstrap, args[2], args[3], number(args[4]));
      case "look" -> look(bootstrap);
      case "churn" -> churn(bootstrap, number(args[2]), number(args[3]), number(args[4]));
      case "produce" -> produce(bootstrap, Path.of(args[2]));
      case "transaction" -> transaction(bootstrap, args[2], number(args[3]), number(args[4]), Path.of(args[5]));
      default -> throw new IllegalArgumentException("no verb " + args[1]);
    }
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }

  private static void topics(String bootstrap, int count, int partitions) throws Exception {
    try (Admin admin = admin(bootstrap)) {
      List<NewTopic> topics = new ArrayList<>();
      for (int t = 0; t < count; ++t) topics.add(new NewTopic("lag-" + t, partitions, (short) 1));
      admin.createTopics(topics).all().get();
    }
    try (KafkaProducer<String, String> producer = producer(bootstrap, null)) {
      Random random = new Random(1);
      for (int t = 0; t < count; ++t) {
        for (int p = 0; p < partitions; ++p) {
          int records = 1 + random.nextInt(20);
          for (int i = 0; i < records; ++i) producer.send(new ProducerRecord<>("lag-" + t, p, null, "v"));
        }
      }
      producer.flush();
    }
  }

  private static void groups(String bootstrap, int count, int topics) throws Exception {
    try (Admin admin = admin(bootstrap)) {
      Map<TopicPartition, Long> ends = ends(admin);
      Random random = new Random(2);
      List<KafkaFuture<Void>> waiting = new ArrayList<>();
      for (int g = 0; g < count; ++g) {
        Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
          if (!end.getKey().topic().equals("lag-" + g % topics)) continue;
          commits.put(end.getKey(), new OffsetAndMetadata((long) (random.nextDouble() * (end.getValue() + 1))));
        }
        waiting.add(admin.alterConsumerGroupOffsets(groupName(g), commits).all());
        if (waiting.size() == BATCH) await(waiting);
      }
      await(waiting);
    }
  }

  private static void commit(String bootstrap, String group, TopicPartition partition, long offset) throws Exception {
    try (Admin admin = admin(bootstrap)) {
      admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset))).all().get();
    }
  }

  private static void await(List<KafkaFuture<Void>> waiting) throws Exception {
    for (KafkaFuture<Void> future : waiting) future.get();
    waiting.clear();
  }

  private static String groupName(int group) {
    return "lag-group-" + group;
  }

  private static Map<TopicPartition, Long> ends(Admin admin) throws Exception {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    admin.describeTopics(admin.listTopics().names().get()).allTopicNames().get().forEach((name, topic) ->
        topic.partitions().forEach(p -> asked.put(new TopicPartition(name, p.partition()), OffsetSpec.latest())));
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end : admin.listOffsets(asked).all().get().entrySet()) {
      ends.put(end.getKey(), end.getValue().offset());
    }
    return ends;
  }

  /** Commits first, ends second, so that no lag is below zero. */
  private static void look(String bootstrap) throws Exception {
    try (Admin admin = admin(bootstrap)) {
      Map<String, ListConsumerGroupOffsetsSpec> asked = new HashMap<>();
      admin.listConsumerGroups().all().get().forEach(g -> asked.put(g.groupId(), new ListConsumerGroupOffsetsSpec()));
      Map<String, Map<TopicPartition, OffsetAndMetadata>> commits =
          new TreeMap<>(admin.listConsumerGroupOffsets(asked).all().get());
      Map<TopicPartition, Long> ends = ends(admin);
      PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false);
      StringBuilder text = new StringBuilder();
      commits.forEach((group, offsets) -> offsets.forEach((partition, offset) ->
          text.append(group).append(' ').append(partition.topic()).append(' ').append(partition.partition())
              .append(' ').append(offset == null ? -1 : offset.offset()).append(' ')
              .append(ends.getOrDefault(partition, -1L)).append('\n')));
      out.print(text);
      out.flush();
    }
  }

  private static void churn(String bootstrap, int groups, int topics, int partitions) throws Exception {
    Random random = new Random(3);
    try (Admin admin = admin(bootstrap); KafkaProducer<String, String> producer = producer(bootstrap, null)) {
      for (long round = 0; ; ++round) {
        for (int i = 0; i < 500; ++i) {
          producer.send(new ProducerRecord<>("lag-" + random.nextInt(topics), random.nextInt(partitions), null, "v"));
        }
        producer.flush();
        Map<TopicPartition, Long> ends = ends(admin);
        List<KafkaFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < 20; ++i) {
          int group = random.nextInt(groups);
          Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
          for (int p = 0; p < partitions; ++p) {
            TopicPartition partition = new TopicPartition("lag-" + group % topics, p);
            commits.put(partition, new OffsetAndMetadata(ends.get(partition)));
          }
          waiting.add(admin.alterConsumerGroupOffsets(groupName(group), commits).all());
        }
        await(waiting);
        if (round == 0) System.out.println("churning");
      }
    }
  }

  private static void produce(String bootstrap, Path file) throws Exception {
    try (KafkaProducer<String, String> producer = producer(bootstrap, null)) {
      for (String line : Files.readAllLines(file)) {
        String[] word = line.split(" ");
        producer.send(new ProducerRecord<>(word[0], number(word[1]), Long.valueOf(word[2]), word[3], "v"));
      }
      producer.flush();
    }
  }

  private static void share(String bootstrap, String group, String topic, int count) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.GROUP, group);
    AlterConfigOp earliest =
        new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
    try (Admin admin = admin(bootstrap)) {
      admin.incrementalAlterConfigs(Map.of(resource, List.of(earliest))).all().get();
    }
    Map<String, Object> options = Map.of("bootstrap.servers", bootstrap, "group.id", group, "max.poll.records", 1,
        "share.acquire.mode", "record_limit",
        "key.deserializer", StringDeserializer.class, "value.deserializer", StringDeserializer.class);
    try (KafkaShareConsumer<String, String> consumer = new KafkaShareConsumer<>(options)) {
      consumer.subscribe(List.of(topic));
      int read = 0;
      while (read < count) read += consumer.poll(Duration.ofMillis(500)).count();
      consumer.commitSync();
      System.out.println("read");
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  private static void streams(String bootstrap, String application, String topic, int count) throws Exception {
    Properties options = new Properties();
    options.putAll(Map.of("bootstrap.servers", bootstrap, "application.id", application, "group.protocol", "streams",
        "auto.offset.reset", "earliest", "max.poll.records", 1, "commit.interval.ms", 50,
        "state.dir", Files.createTempDirectory("streams").toString()));
    int[] read = {0};
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(topic, Consumed.with(Serdes.String(), Serdes.String())).foreach((key, value) -> {
      // The loop commits between two records; a second is more than enough for those before this one.
      if (++read[0] == count - 1) sleep(1000);
      if (read[0] < count) return;
      System.out.println("read");
      sleep(Long.MAX_VALUE);
    });
    try (KafkaStreams streams = new KafkaStreams(builder.build(), options)) {
      streams.start();
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void transaction(String bootstrap, String topic, int partition, int count, Path file)
      throws Exception {
    try (KafkaProducer<String, String> producer = producer(bootstrap, "txn-" + topic)) {
      producer.initTransactions();
      producer.beginTransaction();
      for (int i = 0; i < count; ++i) producer.send(new ProducerRecord<>(topic, partition, null, "v")).get();
      System.out.println("open");
      while (!Files.exists(file)) Thread.sleep(50);
      if (Files.readAllLines(file).contains("commit")) producer.commitTransaction(); else producer.abortTransaction();
      System.out.println("ended");
    }
  }

  private static Admin admin(String bootstrap) {
    return Admin.create(Map.of("bootstrap.servers", bootstrap));
  }

  private static KafkaProducer<String, String> producer(String bootstrap, String transaction) {
    Map<String, Object> options = new HashMap<>(Map.of(
        "bootstrap.servers", bootstrap, "linger.ms", 20, "acks", "all",
        "key.serializer", StringSerializer.class, "value.serializer", StringSerializer.class));
    if (transaction != null) options.put("transactional.id", transaction);
    return new KafkaProducer<>(options);
  }
}
