"""The board that is opened first: is the cluster well, is it level, what moves."""

from source.grafana import Board, Panel, Query, Row, SELECT
from source.thresholds import T

GOOD_IS_ZERO = ((None, "green"), (1, "red"))


def _of(name, more=""):
    return f"{name}{{{SELECT}{more}}}"


HEALTH = Row("Is the cluster well?", (
    Panel("Brokers by state", "Brokers that Levelwind sees, by state. Any dead one needs attention.", "short", "stat", 6,
          (Query(_of("levelwind_brokers"), "{{state}}"),), runbook="LevelwindBrokerDead"),
    Panel("Partitions in trouble", "Under-replicated and offline partitions; 0 is healthy.", "short", "stat", 6,
          (Query(_of("levelwind_partitions_under_replicated"), "under-replicated"),
           Query(_of("levelwind_partitions_offline"), "offline")), steps=GOOD_IS_ZERO,
          runbook="LevelwindPartitionsOffline"),
    Panel("Score of the newest proposal", "0 (worst) to 100 (every goal met), now and after the proposal.", "short",
          "stat", 6, (Query(_of("levelwind_proposal_score"), "{{stage}}"),), empty="there is no proposal"),
    Panel("Age of the snapshot", "Time since the cluster was last seen whole.", "s", "stat", 6,
          (Query(_of("levelwind_snapshot_age_seconds"), "{{instance}}"),),
          steps=((None, "green"), (T.stale.age.seconds, "red")), runbook="LevelwindClusterNotSeen"),
))

BALANCE = Row("Is it level?", (
    Panel("Leaders per broker", "Partitions led by each broker. Level lines are what the planner aims for.", "short",
          "timeseries", 12, (Query(_of("levelwind_broker_leaders"), "broker {{broker}}"),)),
    Panel("Produced bytes per leader", "Bytes per second produced to the partitions that each broker leads.", "Bps",
          "timeseries", 12, (Query(_of("levelwind_broker_leader_bytes_in_per_second"), "broker {{broker}}"),)),
    Panel("Disk per broker", "Bytes of replicas on each broker.", "bytes", "timeseries", 12,
          (Query(_of("levelwind_broker_disk_bytes"), "broker {{broker}}"),)),
    Panel("Hottest partitions", "The ten partitions with the highest produce rate now.", "Bps", "timeseries", 12,
          (Query(f"{_of('levelwind_partition_bytes_in_per_second')} and "
                 f"topk(10, {_of('levelwind_partition_bytes_in_per_second')} @ end())", "{{topic}}-{{partition}}"),)),
))

HEALING = Row("What is wrong, and what is done about it?", (
    Panel("Critical findings", "Critical anomalies that are there now: `levelwind anomalies` names them.", "short", "stat", 6,
          (Query(f"sum({_of('levelwind_anomaly_active', ',severity=' + chr(34) + 'critical' + chr(34))})", "critical"),),
          steps=((None, "green"), (1, "red")), empty="nothing is critical", runbook="LevelwindAnomalyCritical"),
    Panel("Waiting for a person", "Plans of self-healing that wait for `levelwind approve`, and anomalies that it has given "
          "up.", "short", "stat", 6,
          (Query(f"sum({_of('levelwind_healing_anomalies', ',state=~' + chr(34) + 'approval|stuck' + chr(34))})", "waiting"),),
          steps=((None, "green"), (1, "orange")), empty="nobody is waited for", runbook="LevelwindHealingApproval"),
    Panel("Active anomalies", "What the detectors find now, by type.", "short", "timeseries", 12,
          (Query(f"count by (type) ({_of('levelwind_anomaly_active')})", "{{type}}"),), empty="nothing is found"),
))

WORK = Row("What is going on?", (
    Panel("Consumer lag", "Messages between log end and committed offset: the ten groups with the most. Absent while "
          "unknown. The board Consumer lag has the rest.", "short", "timeseries", 12,
          (Query(f"{_of('levelwind_group_total_lag')} and topk(10, {_of('levelwind_group_total_lag')} @ end())",
                 "{{group}}"),)),
    Panel("Operation progress", "Bytes copied and bytes to copy of each operation that is not over.", "bytes",
          "timeseries", 12, (Query(_of("levelwind_operation_copied_bytes"), "{{operation}} copied"),
                             Query(_of("levelwind_operation_bytes"), "{{operation}} total")),
          empty="no operation runs", runbook="LevelwindOperationHolding"),
    Panel("Requests to Kafka", "Requests that Levelwind itself sends: its cost to the cluster.", "reqps", "timeseries", 12,
          (Query(f"sum by (api) (rate({_of('levelwind_kafka_requests_total')}[$__rate_interval]))", "{{api}}"),)),
    Panel("Collectors", "1 while a source of facts answers, 0 while it does not.", "bool_yes_no", "timeseries", 12,
          (Query(_of("levelwind_collector_success"), "{{collector}}"),), runbook="LevelwindCollectorFailing"),
))

BOARD = Board("overview", "Levelwind / Overview", "A Kafka cluster as Levelwind sees it, and what Levelwind does there.",
              (HEALTH, HEALING, BALANCE, WORK))
