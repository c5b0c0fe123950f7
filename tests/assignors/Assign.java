import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.AbstractPartitionAssignor;
import org.apache.kafka.clients.consumer.internals.AbstractStickyAssignor;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.api.assignor.ConsumerGroupPartitionAssignor;
import org.apache.kafka.coordinator.group.api.assignor.SubscribedTopicDescriber;
import org.apache.kafka.coordinator.group.api.assignor.SubscriptionType;
import org.apache.kafka.coordinator.group.assignor.UniformAssignor;
import org.apache.kafka.coordinator.group.modern.GroupSpecImpl;
import org.apache.kafka.coordinator.group.modern.MemberSubscriptionAndAssignmentImpl;

/**
 * What Kafka's own assignors do. Reads cases, one a line: "KIND SIZES MEMBERS OWNERS", where SIZES are the
 * partitions of each topic and OWNERS the member that has each partition now (-1: nobody; a number that is
 * not below MEMBERS: one that has left; "-": nobody has any), both with commas. Prints the new owners.
 */
final class Assign {
  private static String topic(int index) {
    return String.format("topic-%04d", index);
  }

  private static String member(int index) {
    return String.format("member-%04d", index);
  }

  private static int index(String name) {
    return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
  }

  private static List<TopicPartition> all(int[] sizes) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (int t = 0; t < sizes.length; ++t) {
      for (int p = 0; p < sizes[t]; ++p) {
        partitions.add(new TopicPartition(topic(t), p));
      }
    }
    return partitions;
  }

  private static Subscription subscription(AbstractPartitionAssignor assignor, List<String> topics,
      List<TopicPartition> owned, String id) {
    if (!(assignor instanceof AbstractStickyAssignor)) {
      return new Subscription(topics);
    }
    // What a member remembers of the last generation is told by an assignor of its own.
    AbstractStickyAssignor own =
        assignor instanceof StickyAssignor ? new StickyAssignor() : new CooperativeStickyAssignor();
    own.onAssignment(new Assignment(owned), new ConsumerGroupMetadata("group", 7, id, Optional.empty()));
    return new Subscription(topics, own.subscriptionUserData(new HashSet<>(topics)), owned, 7, Optional.empty());
  }

  private static int[] client(AbstractPartitionAssignor assignor, int[] sizes, int members, int[] owners) {
    List<TopicPartition> partitions = all(sizes);
    List<String> topics = new ArrayList<>();
    Map<String, Integer> counts = new HashMap<>();
    for (int t = 0; t < sizes.length; ++t) {
      topics.add(topic(t));
      counts.put(topic(t), sizes[t]);
    }
    Map<String, Subscription> subscriptions = new HashMap<>();
    for (int m = 0; m < members; ++m) {
      List<TopicPartition> owned = new ArrayList<>();
      for (int p = 0; p < owners.length; ++p) {
        if (owners[p] == m) {
          owned.add(partitions.get(p));
        }
      }
      subscriptions.put(member(m), subscription(assignor, topics, owned, member(m)));
    }
    int[] result = new int[partitions.size()];
    Arrays.fill(result, -1);
    assignor.assign(counts, subscriptions).forEach((id, owned) -> {
      for (TopicPartition tp : owned) {
        result[partitions.indexOf(tp)] = index(id);
      }
    });
    return result;
  }

  private static int[] server(ConsumerGroupPartitionAssignor assignor, int[] sizes, int members, int[] owners) {
    Map<Uuid, Integer> counts = new HashMap<>();
    List<Uuid> ids = new ArrayList<>();
    for (int t = 0; t < sizes.length; ++t) {
      ids.add(new Uuid(1, t + 1));
      counts.put(ids.get(t), sizes[t]);
    }
    List<int[]> partitions = new ArrayList<>();
    for (int t = 0; t < sizes.length; ++t) {
      for (int p = 0; p < sizes[t]; ++p) {
        partitions.add(new int[] {t, p});
      }
    }
    Map<String, MemberSubscriptionAndAssignmentImpl> subscriptions = new HashMap<>();
    Map<Uuid, Map<Integer, String>> inverted = new HashMap<>();
    for (int m = 0; m < members; ++m) {
      Map<Uuid, Set<Integer>> owned = new HashMap<>();
      for (int p = 0; p < owners.length; ++p) {
        if (owners[p] == m) {
          int[] at = partitions.get(p);
          owned.computeIfAbsent(ids.get(at[0]), id -> new HashSet<>()).add(at[1]);
          inverted.computeIfAbsent(ids.get(at[0]), id -> new HashMap<>()).put(at[1], member(m));
        }
      }
      subscriptions.put(member(m), new MemberSubscriptionAndAssignmentImpl(Optional.empty(), Optional.empty(),
          new HashSet<>(ids), new org.apache.kafka.coordinator.group.modern.Assignment(owned)));
    }
    SubscribedTopicDescriber topics = new SubscribedTopicDescriber() {
      @Override
      public int numPartitions(Uuid id) {
        return counts.getOrDefault(id, -1);
      }

      @Override
      public Set<String> racksForPartition(Uuid id, int partition) {
        return Set.of();
      }
    };
    int[] result = new int[partitions.size()];
    Arrays.fill(result, -1);
    assignor.assign(new GroupSpecImpl(subscriptions, SubscriptionType.HOMOGENEOUS, inverted), topics).members()
        .forEach((id, assignment) -> {
          for (int p = 0; p < result.length; ++p) {
            int[] at = partitions.get(p);
            if (assignment.partitions().getOrDefault(ids.get(at[0]), Collections.emptySet()).contains(at[1])) {
              result[p] = index(id);
            }
          }
        });
    return result;
  }

  private static int[] assign(String kind, int[] sizes, int members, int[] owners) {
    switch (kind) {
      case "range":
        return client(new RangeAssignor(), sizes, members, owners);
      case "roundrobin":
        return client(new RoundRobinAssignor(), sizes, members, owners);
      case "sticky":
        return client(new StickyAssignor(), sizes, members, owners);
      case "cooperative-sticky":
        // The first round only takes away, the second gives.
        int[] first = client(new CooperativeStickyAssignor(), sizes, members, owners);
        return client(new CooperativeStickyAssignor(), sizes, members, first);
      case "uniform":
        return server(new UniformAssignor(), sizes, members, owners);
      case "server-range":
        return server(new org.apache.kafka.coordinator.group.assignor.RangeAssignor(), sizes, members, owners);
      default:
        throw new IllegalArgumentException("no assignor is called " + kind);
    }
  }

  private static int[] numbers(String text) {
    return Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray();
  }

  public static void main(String[] arguments) throws Exception {
    BufferedReader cases = new BufferedReader(new InputStreamReader(System.in));
    for (String line = cases.readLine(); line != null; line = cases.readLine()) {
      String[] words = line.split(" ");
      int[] owners = words[3].equals("-") ? new int[0] : numbers(words[3]);
      int[] result = assign(words[0], numbers(words[1]), Integer.parseInt(words[2]), owners);
      System.out.println(Arrays.stream(result).mapToObj(Integer::toString).collect(Collectors.joining(",")));
    }
  }
}
