import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.metadata.placement.UsableBroker;
import org.apache.kafka.tools.reassign.ReassignPartitionsCommand;

/**
 * What `kafka-reassign-partitions --generate` proposes, without a cluster: calls the method that does
 * the work there. Reads "broker ID RACK" and "partition TOPIC NUMBER R1,R2,..." lines, writes "TOPIC
 * NUMBER R1,R2,..." lines, and the milliseconds it took to the error stream.
 */
public final class GenerateAssignment {
  private static List<Integer> numbers(String text) {
    List<Integer> out = new ArrayList<>();
    for (String word : text.split(",")) {
      out.add(Integer.valueOf(word));
    }
    return out;
  }

  @SuppressWarnings("unchecked")
  public static void main(String[] arguments) throws Exception {
    List<UsableBroker> brokers = new ArrayList<>();
    Map<TopicPartition, List<Integer>> current = new HashMap<>();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      if (words[0].equals("broker")) {
        brokers.add(new UsableBroker(Integer.parseInt(words[1]), Optional.of(words[2]), false));
      } else {
        current.put(new TopicPartition(words[1], Integer.parseInt(words[2])), numbers(words[3]));
      }
    }
    Method calculate =
        ReassignPartitionsCommand.class.getDeclaredMethod("calculateAssignment", Map.class, List.class);
    calculate.setAccessible(true);
    long began = System.nanoTime();
    Map<TopicPartition, List<Integer>> proposed =
        (Map<TopicPartition, List<Integer>>) calculate.invoke(null, current, brokers);
    System.err.println((System.nanoTime() - began) / 1_000_000);
    StringBuilder out = new StringBuilder();
    proposed.forEach((partition, replicas) -> {
      out.append(partition.topic()).append(' ').append(partition.partition()).append(' ');
      for (int i = 0; i < replicas.size(); ++i) {
        out.append(i > 0 ? "," : "").append(replicas.get(i));
      }
      out.append('\n');
    });
    System.out.print(out);
  }
}
