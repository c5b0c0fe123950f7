"""What people are woken up for, or told in the morning. Thresholds are thresholds.toml's; each alert has a runbook in
docs/runbooks. `for` is long enough that a restart of Levelwind, or a rebalance, tells nobody anything."""

from dataclasses import dataclass

from source.thresholds import T

CRITICAL, WARNING, INFO = "critical", "warning", "info"
ON_GROUP = "on (job, instance, group)"
# These verdicts have alerts of their own, or are no trouble.
TOLD_ELSEWHERE = "catching_up|rewound|stalled|stopped|no_owner"


@dataclass(frozen=True)
class Alert:
    name: str
    severity: str
    expr: str
    for_: str  # empty: the expression itself looks back
    summary: str
    description: str
    keep: str = ""  # go on for so long after it is over
    no_series: str = ""  # when its metrics have no series, and rightly so (scripts/check-boards)


def _with_verdict(verdict):
    """Time lag of the groups that have it."""
    return (f'levelwind_group_max_lag_seconds > {T.stuck.floor.seconds}\n'
            f'  and {ON_GROUP} levelwind_group_verdict{{verdict="{verdict}"}}')


DAEMON = (
    # All are gone, or a target that was Levelwind within a day does not answer.
    Alert("LevelwindDown", WARNING,
          "absent(levelwind_build_info)\n  or up == 0 and on (job, instance) max_over_time(levelwind_build_info[1d])",
          T.stale.down_for, "Levelwind is not scraped.",
          f"Levelwind{{{{ with $labels.instance }}}} at {{{{ . }}}}{{{{ end }}}} has not been scraped for "
          f"{T.stale.down_for.words}. Moves that run in Kafka go on, but nobody watches them, and no other alert about its "
          "cluster can fire. See that `levelwind serve` runs and that Prometheus reaches it."),
    Alert("LevelwindClusterNotSeen", WARNING, f"levelwind_snapshot_age_seconds > {T.stale.age.seconds}", T.stale.for_,
          "Levelwind does not see its cluster.",
          "The last snapshot of {{ $labels.instance }} is {{ $value | humanizeDuration }} old: all that it shows is of then. "
          "`levelwind status` says why."),
    Alert("LevelwindLagStale", WARNING,
          f'levelwind_collector_age_seconds{{collector=~"groups|offsets"}} > {T.stale.age.seconds}', T.stale.for_,
          "Lag figures are old.",
          "The {{ $labels.collector }} of {{ $labels.instance }} were last read whole {{ $value | humanizeDuration }} ago: lag "
          "is of then or unknown, and alerts about groups may be silent. `levelwind status` names the broker and the error."),
    Alert("LevelwindCollectorFailing", WARNING, "levelwind_collector_success == 0", T.stale.collector_for,
          "Levelwind cannot read a part of what it shows.",
          "The collector {{ $labels.collector }} of {{ $labels.instance }} has not succeeded for "
          f"{T.stale.collector_for.words} (success is {{{{ $value }}}}). `levelwind status` says what the broker answered; a "
          "missing Describe right is the usual reason."),
)

CLUSTER = (
    Alert("LevelwindBrokerDead", CRITICAL, 'levelwind_brokers{state="dead"} > 0', T.cluster.broker_dead_for,
          "A broker that holds replicas is dead.",
          "{{ $value }} dead broker(s). `levelwind brokers` names them; `levelwind plan --fix-offline` plans without them."),
    Alert("LevelwindPartitionsOffline", CRITICAL, "levelwind_partitions_offline > 0", T.cluster.offline_for,
          "Partitions have no leader.",
          "{{ $value }} partition(s) can neither be written nor read. Bring back a broker that holds them: `levelwind "
          "brokers` names the dead ones."),
    Alert("LevelwindOperationHolding", WARNING, 'levelwind_operations{state="holding"} > 0', T.cluster.holding_for,
          "An operation starts no further step.",
          f"{{{{ $value }}}} operation(s) have been holding for {T.cluster.holding_for.words}. `levelwind watch` says what they "
          "wait for.", no_series="there was no operation"),
    # The last stable offset is read less often than the end: only one that stands still tells anything.
    Alert("LevelwindTransactionHanging", WARNING,
          "levelwind_partition_log_end_offset - levelwind_partition_last_stable_offset > 0\n"
          "  and levelwind_partition_last_stable_offset == levelwind_partition_last_stable_offset offset "
          f"{T.transactions.hang}", T.transactions.for_,
          "A transaction that does not end holds consumers back.",
          "The last stable offset of {{ $labels.topic }}-{{ $labels.partition }} has not moved for "
          f"{T.transactions.hang.words}: read_committed consumers cannot reach the {{{{ $value | humanize }}}} records after it. "
          "See which producer began the transaction: `kafka-transactions find-hanging`."),
)

GROUPS = (
    Alert("LevelwindGroupFallingBehind", WARNING,
          f"levelwind_group_max_lag_seconds > {T.time_lag.floor.seconds}\n"
          f"  and deriv(levelwind_group_max_lag_seconds[{T.time_lag.window}]) > {T.time_lag.growth}\n"
          f'  unless {ON_GROUP} levelwind_group_verdict{{verdict=~"{TOLD_ELSEWHERE}"}}', T.time_lag.for_,
          "A consumer group falls behind.",
          "Group {{ $labels.group }} is {{ $value | humanizeDuration }} behind, and further with each minute. More consumers "
          "help up to one a partition; `levelwind groups {{ $labels.group }}` shows where the lag is.", keep="5m"),
    Alert("LevelwindGroupFarBehind", CRITICAL,
          f"levelwind_group_max_lag_seconds > {T.time_lag.far.seconds}\n"
          f'  unless {ON_GROUP} levelwind_group_verdict{{verdict=~"{TOLD_ELSEWHERE}"}}', T.time_lag.for_,
          "A consumer group is far behind and does not catch up.",
          "Group {{ $labels.group }} is {{ $value | humanizeDuration }} behind and does not catch up. `levelwind groups "
          "{{ $labels.group }}` shows its partitions and who reads them.", keep="5m"),
    Alert("LevelwindGroupStalled", CRITICAL, _with_verdict("stalled"), T.stuck.for_,
          "A consumer group has members and commits nothing.",
          "Group {{ $labels.group }} is {{ $value | humanizeDuration }} behind and has committed nothing new although a member "
          "has the partition: a record that it cannot get past, or a hung consumer. `levelwind groups {{ $labels.group }}` "
          "names the member."),
    Alert("LevelwindGroupStopped", WARNING, _with_verdict("stopped"), T.stuck.stopped_for,
          "A consumer group with lag has no members.",
          "Group {{ $labels.group }} is {{ $value | humanizeDuration }} behind and nobody reads for it. Start its consumers, or "
          "delete the group if it is not used any more."),
    Alert("LevelwindGroupPartitionUnowned", WARNING, _with_verdict("no_owner"), T.stuck.for_,
          "Nobody reads a partition of a consumer group.",
          "Group {{ $labels.group }} is {{ $value | humanizeDuration }} behind in a partition that none of its members has. "
          "`levelwind groups {{ $labels.group }}` names it; a rebalance that does not end, or members that subscribe to other "
          "topics, are the usual reasons."),
    Alert("LevelwindGroupRewound", INFO,
          f'levelwind_group_total_lag\n  and {ON_GROUP} levelwind_group_verdict{{verdict="rewound"}}', T.stuck.rewound_for,
          "A consumer group's committed offset went back.",
          "Group {{ $labels.group }} has {{ $value | humanize }} messages to read once more: its offset was reset, or a "
          "consumer commits an old one. `levelwind groups {{ $labels.group }}` shows where."),
)


HEALING = (
    Alert("LevelwindAnomalyCritical", CRITICAL,
          'sum without (subject) (levelwind_anomaly_active{severity="critical"}) > 0', T.healing.critical_for,
          "A critical anomaly stays.",
          "{{ $value }} finding(s) of type {{ $labels.type }} have been there for "
          f"{T.healing.critical_for.words}. `levelwind anomalies` names them, `levelwind explain anomaly ID` says what is "
          "done about each.", no_series="nothing was found"),
    Alert("LevelwindHealingStuck", WARNING, 'levelwind_healing_anomalies{state="stuck"} > 0', T.healing.stuck_for,
          "Self-healing has given up.",
          "{{ $value }} anomalies of type {{ $labels.type }} are left to a person: all tries are used up, or somebody "
          "cancelled one. `levelwind anomalies` names them.", no_series="nothing is stuck"),
    Alert("LevelwindHealingApproval", WARNING, 'levelwind_healing_anomalies{state="approval"} > 0',
          T.healing.approval_for, "A plan of self-healing waits for a person.",
          "{{ $value }} plan(s) against {{ $labels.type }} wait for `levelwind approve ID` or `levelwind deny ID`.",
          no_series="nothing waits"),
    Alert("LevelwindNoticesFailing", WARNING,
          'sum without (outcome) (increase(levelwind_notices_total{outcome=~"failed|dropped"}'
          f"[{T.healing.notices_window}])) > 0", "", "Messages do not reach people.",
          "{{ $value | humanize }} notices did not leave through {{ $labels.notifier }}. See the daemon's log for what it "
          "answered.", no_series="no notifier is on"),
)


def retention():
    commits, starts = T.retention.commit_window, T.retention.log_start_window
    expr = (
        "levelwind_group_retention_margin\n"
        "  / on (job, instance, group, topic, partition) (\n"
        "    (\n"
        "      (levelwind_partition_log_start_offset - levelwind_partition_log_start_offset offset "
        f"{starts}) / {starts.seconds}\n"
        "      - on (job, instance, topic, partition) group_right ()\n"
        "      clamp_min(levelwind_group_committed_offset - levelwind_group_committed_offset offset "
        f"{commits}, 0) / {commits.seconds}\n"
        "    ) > 0\n"
        "  )\n"
        f"  >= 0 < {T.retention.horizon.seconds}")
    return (
        Alert("LevelwindGroupDataAboutToBeLost", CRITICAL, expr, T.retention.for_,
              "Retention is about to delete records that a consumer group has not read.",
              "Group {{ $labels.group }} loses records of {{ $labels.topic }}-{{ $labels.partition }} in about "
              "{{ $value | humanizeDuration }}: the log's start comes nearer than the group moves on. Raise retention.ms and "
              "retention.bytes of the topic now, then see why the group is slow."),
        Alert("LevelwindGroupDataLost", CRITICAL,
              f"max_over_time(levelwind_group_records_lost[{T.retention.lost_window}]) > 0", "",
              "Records were deleted before a consumer group read them.",
              "Group {{ $labels.group }} has lost {{ $value | humanize }} records to retention. They are gone from Kafka; "
              "`levelwind groups {{ $labels.group }}` shows from which partitions, and whether more follow."),
    )


# (group of rules, alerts)
ALERTS = (
    ("levelwind-daemon", DAEMON),
    ("levelwind-cluster", CLUSTER),
    ("levelwind-healing", HEALING),
    ("levelwind-groups", GROUPS),
    ("levelwind-retention", retention()),
)
