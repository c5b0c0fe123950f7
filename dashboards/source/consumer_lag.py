"""The board for those who run consumers: which group hurts most, since when, and how long it will take."""

from source.grafana import Board, Column, Panel, Query, Row, SELECT, Variable
from source.thresholds import T

GROUP = f'{SELECT},group=~"$group"'
PARTITION = f'{GROUP},topic=~"$topic"'
ON_GROUP = "on (job, instance, group)"
ON_PARTITION = "on (job, instance, group, topic, partition)"
TROUBLE = "data_lost|rewound|stopped|stalled|no_owner|slow"

# The words of docs/lag.md, worst first.
VERDICTS = {
    "data_lost": ("data lost: retention was faster", "red"),
    "rewound": ("rewound: the offset went back", "purple"),
    "stopped": ("stopped: no members", "red"),
    "stalled": ("stalled: members commit nothing", "red"),
    "no_owner": ("no owner: a partition has no member", "orange"),
    "slow": ("slow: the lag does not fall", "orange"),
    "unknown": ("unknown: not judged yet", "text"),
    "catching_up": ("catching up", "blue"),
    "ok": ("ok", "green"),
}

TIME_STEPS = ((None, "green"), (T.time_lag.floor.seconds, "orange"), (T.time_lag.far.seconds, "red"))
NONE_IS_GOOD = ((None, "green"), (1, "red"))
SHARE_STEPS = ((None, "red"), (T.retention.share, "green"))


def _group(name, more=""):
    return f"{name}{{{GROUP}{more}}}"


def _partition(name):
    return f"{name}{{{PARTITION}}}"


def worst_groups(count):
    """Groups that lost records, then the furthest behind in time; one whose lag is unknown counts as a little behind, so
    that it is not hidden below those that are known to be well."""
    return (f"topk({count}, (_LOST_ > 0) + 1e12 or {ON_GROUP} _LAG_ or {ON_GROUP} _MEMBERS_ * 0 + 0.5)"
            .replace("_LOST_", _group("levelwind_group_records_lost"))
            .replace("_LAG_", _group("levelwind_group_max_lag_seconds"))
            .replace("_MEMBERS_", _group("levelwind_group_members")))


def _worst(expr, how="max", labels="instance, group"):
    """A column of the table. The aggregation drops the metric's name, by which rows of two queries would differ."""
    return Query(f"{how} by ({labels}) ({expr} and {ON_GROUP} {worst_groups(50)})")


def _worst_partition(name):
    return Query(f"max by (instance, group, topic, partition) ({_partition(name)} and {ON_PARTITION} "
                 f"topk(30, {_partition('levelwind_group_lag_seconds')}))")


def _top(name, count=10):
    """The largest of now, over all of the time shown: a set that does not change from point to point."""
    return f"{_group(name)} and {ON_GROUP} topk({count}, {_group(name)} @ end())"


def log_left(at=""):
    margin, lag = _partition("levelwind_group_retention_margin") + at, _partition("levelwind_group_lag") + at
    return f"{margin} / ({lag} + {margin})"


def held_back():
    """Only where the last stable offset stands still: it is read less often than the end, and trails it for that alone."""
    chosen = f'{{{SELECT},topic=~"$topic"}}'
    stable = f"levelwind_partition_last_stable_offset{chosen}"
    return (f"topk(10, levelwind_partition_log_end_offset{chosen} - {stable} > 0 and "
            f"{stable} == {stable} offset {T.transactions.hang})")


NOW = Row("What hurts most now?", (
    Panel("Furthest behind", "Age of the oldest record that a group has to read: of all groups, the most.", "s", "stat", 4,
          (Query(f"max({_group('levelwind_group_max_lag_seconds')})", "time lag"),), steps=TIME_STEPS,
          runbook="LevelwindGroupFarBehind"),
    Panel("Groups in trouble", "Groups that lost records, were rewound, stand still or do not catch up.", "short", "stat",
          4, (Query(f"sum({_group('levelwind_group_verdict', f',verdict=~{chr(34)}{TROUBLE}{chr(34)}')} or "
                    f"{_group('levelwind_group_verdict')} * 0)", "groups"),), steps=NONE_IS_GOOD,
          runbook="LevelwindGroupFallingBehind"),
    Panel("Records lost", "Records that retention deleted before a group read them, all groups.", "short", "stat", 4,
          (Query(f"sum({_group('levelwind_group_records_lost')})", "records"),), steps=NONE_IS_GOOD,
          runbook="LevelwindGroupDataLost"),
    Panel("Messages behind", "Messages between log end and committed offset, all groups whose lag is known.", "short",
          "stat", 4, (Query(f"sum({_group('levelwind_group_total_lag')})", "messages"),)),
    Panel("Groups that cannot be judged", "Lag is unknown: no commit, an end that could not be read, a topic made anew, or "
          "watched for too short a time. `levelwind groups NAME` says which.", "short", "stat", 4,
          (Query(f"sum({_group('levelwind_group_verdict', ',verdict=' + chr(34) + 'unknown' + chr(34))} or "
                 f"{_group('levelwind_group_verdict')} * 0)", "groups"),)),
    Panel("Age of these figures", "Time since offsets and groups were last read whole. Red: this is not now.", "s", "stat",
          4, (Query(f'max(levelwind_collector_age_seconds{{{SELECT},collector=~"groups|offsets"}})', "age"),),
          steps=((None, "green"), (T.stale.age.seconds, "red")), runbook="LevelwindLagStale"),
    Panel("Groups, worst first", "The fifty groups that are worst off: those that lost records, then by time lag. A blank is "
          "unknown, never 0; a time lag without a ± is a lower bound. Click a column to sort.", "short", "table", 24, (
              _worst(f"{_group('levelwind_group_verdict')} * {ON_GROUP} group_left (state) "
                     f"{_group('levelwind_group_info')}", labels="instance, group, verdict, state"),
              _worst(_group("levelwind_group_max_lag_seconds")),
              _worst(_group("levelwind_group_max_lag_error_seconds")),
              _worst(_group("levelwind_group_total_lag")),
              _worst(_group("levelwind_group_lag_growth_per_second")),
              _worst(_group("levelwind_group_drain_seconds")),
              _worst(_group("levelwind_group_retention_margin"), how="min"),
              _worst(_group("levelwind_group_records_lost")),
          ), height=10, columns=(
              Column("group", "Group", width=220),
              Column("verdict", "Verdict", words=VERDICTS, width=260),
              Column("Value #B", "Time lag", "s", TIME_STEPS),
              Column("Value #C", "±", "s"),
              Column("Value #D", "Messages behind", "short"),
              Column("Value #E", "More each second", "short"),
              Column("Value #F", "Caught up in", "s"),
              Column("Value #G", "Retention margin", "short"),
              Column("Value #H", "Records lost", "short", NONE_IS_GOOD),
              Column("state", "State"),
              Column("instance", "Levelwind"),
          ), runbook="LevelwindGroupFallingBehind"),
))

TREND = Row("Since when, and does it get better?", (
    Panel("Time lag", "The ten groups that are furthest behind now. A line that climbs by a second each second stands still.",
          "s", "timeseries", 12, (Query(_top("levelwind_group_max_lag_seconds"), "{{group}}"),), steps=TIME_STEPS,
          runbook="LevelwindGroupFallingBehind"),
    Panel("Messages behind, by group", "The ten groups with the most messages to read now.", "short", "timeseries", 12,
          (Query(_top("levelwind_group_total_lag"), "{{group}}"),)),
    Panel("Arriving and consumed", "Messages a second that arrive in what the chosen groups read, and that they commit. Where "
          "the first is above the second, lag grows. Choose a group at the top.", "cps", "timeseries", 12,
          (Query(f"sum({_group('levelwind_group_arrived_per_second')})", "arriving"),
           Query(f"sum({_group('levelwind_group_consumed_per_second')})", "consumed"))),
    Panel("Caught up in", "How long the lag lasts at the pace at which it falls now: the ten longest.", "s", "timeseries", 12,
          (Query(_top("levelwind_group_drain_seconds"), "{{group}}"),), empty="no group's lag falls"),
    Panel("Groups by verdict", "How many groups are well, and what ails the others (docs/lag.md has the rules).", "short",
          "timeseries", 24, (Query(f"count by (verdict) ({_group('levelwind_group_verdict')})", "{{verdict}}"),),
          stacked=True, height=6),
))

PARTITIONS = Row("Which partitions of the chosen groups and topics?", (
    Panel("Partitions, worst first", "The thirty partitions that are furthest behind in time.", "short", "table", 12, (
        _worst_partition("levelwind_group_lag_seconds"),
        _worst_partition("levelwind_group_lag"),
        _worst_partition("levelwind_group_committed_offset"),
    ), columns=(
        Column("group", "Group"), Column("topic", "Topic"), Column("partition", "Partition"),
        Column("Value #A", "Time lag", "s", TIME_STEPS), Column("Value #B", "Messages behind", "short"),
        Column("Value #C", "Committed offset", "none"),
    ), height=9),
    Panel("Lag by partition", "The ten partitions with the most messages to read now. One that stands out is a hot key, a "
          "poison record or a partition without an owner.", "short", "timeseries", 12,
          (Query(f"{_partition('levelwind_group_lag')} and {ON_PARTITION} "
                 f"topk(10, {_partition('levelwind_group_lag')} @ end())", "{{group}} {{topic}}-{{partition}}"),), height=9,
          runbook="LevelwindGroupPartitionUnowned"),
    Panel("Log left before records are lost", "How much of a partition's log lies before the group's position: 1 is at the "
          "end, 0 is where retention deletes, below 0 records are lost. The ten smallest.", "percentunit", "timeseries", 12,
          (Query(f"{log_left()} and {ON_PARTITION} bottomk(10, {log_left(' @ end()')})",
                 "{{group}} {{topic}}-{{partition}}"),),
          steps=SHARE_STEPS, empty="no partition has lag", runbook="LevelwindGroupDataAboutToBeLost"),
    Panel("Held back by hanging transactions", "Records that a read_committed consumer cannot read because a transaction does "
          f"not end: high watermark less a last stable offset that has not moved for {T.transactions.hang.words}.", "short",
          "timeseries", 12, (Query(held_back(), "{{topic}}-{{partition}}"),), empty="every transaction ends",
          runbook="LevelwindTransactionHanging"),
))

TRUST = Row("Can these figures be trusted?", (
    Panel("Age by source", "Time since each source of facts was last read whole.", "s", "timeseries", 12,
          (Query(f"levelwind_collector_age_seconds{{{SELECT}}}", "{{collector}}"),),
          steps=((None, "green"), (T.stale.age.seconds, "red")), runbook="LevelwindLagStale"),
    Panel("Partitions without series", "Left out of /metrics: too many of them, or names that cannot be told apart. Totals "
          "of their groups are there.", "short", "stat", 6, (Query(f"sum(levelwind_metrics_left_out{{{SELECT}}})", "left out"),),
          steps=((None, "green"), (1, "orange")), height=8),
    Panel("Groups seen", "Consumer groups that Levelwind sees.", "short", "stat", 6,
          (Query(f"sum(levelwind_groups{{{SELECT}}})", "groups"),), height=8),
))

BOARD = Board(
    "consumer-lag", "Levelwind / Consumer lag",
    "Consumer groups in messages and in seconds, worst first. Choose groups and topics at the top. Two daemons that look at "
    "the same cluster count twice in the sums: choose one of them.",
    (NOW, TREND, PARTITIONS, TRUST),
    (Variable("group", "Group", f"levelwind_group_info{{{SELECT}}}"),
     Variable("topic", "Topic", f"levelwind_group_lag{{{GROUP}}}")))
