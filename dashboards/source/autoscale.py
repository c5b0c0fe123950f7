"""The board for those who let consumers be scaled: what is wanted, what is there, the sum that led there, and where more
members cannot help."""

from source.grafana import Board, Column, Panel, Query, Row, SELECT, Variable

GROUP = f'{SELECT},group=~"$group"'
NOT_WATCHED = "no group is listed under autoscale.groups"

REASONS = {
    "steady": ("steady", "green"),
    "up_rate": ("up: the arrival rate needs it", "blue"),
    "up_lag": ("up: the time lag would pass the objective", "blue"),
    "down_rate": ("down: fewer do", "blue"),
    "down_waiting": ("fewer would do: waits for the window", "green"),
    "pause_too_dear": ("fewer would do: the rebalance costs more", "green"),
    "partition_ceiling": ("as many as partitions", "orange"),
    "skew_ceiling": ("one partition is the load: more cannot help", "orange"),
    "user_limit": ("at the configured limit", "orange"),
    "rebalancing": ("waits: rebalancing", "text"),
    "settling": ("waits: the last action settles", "text"),
    "rollout": ("waits: the workload is rolled out", "text"),
    "no_tokens": ("waits: too many actions this hour", "text"),
    "stuck": ("stuck partition: not load", "red"),
    "standstill": ("nothing is processed: an outage, not load", "red"),
    "downstream_limit": ("growing brought nothing", "red"),
    "idle_to_zero": ("idle: none needed", "text"),
    "wake": ("woken from zero", "blue"),
    "unknown_held": ("unknown: held", "purple"),
    "unknown_fallback": ("unknown for long: fallback", "red"),
    "learning": ("learning a member's capacity", "text"),
}


def _of(name, more=""):
    return f"levelwind_autoscale_{name}{{{GROUP}{more}}}"


def _column(expr):
    return Query(f"max by (instance, group) ({expr})")


NOW = Row("Who has what it needs?", (
    Panel("Groups to be grown", "Groups that should have more members than they have.", "short", "stat", 6,
          (Query(f"count({_of('members_desired')} > {_of('members')}) or vector(0)", "groups"),),
          steps=((None, "green"), (1, "orange")), empty=NOT_WATCHED),
    Panel("Past their objective", "Groups whose time lag is past their objective.", "short", "stat", 6,
          (Query(f"count({_of('time_lag_seconds')} > {_of('objective_seconds')}) or vector(0)", "groups"),),
          steps=((None, "green"), (1, "red")), empty=NOT_WATCHED),
    Panel("Where growing cannot help", "Pieces of advice: a hot partition, too few partitions, a poison record, a limit "
          "behind the group. `levelwind autoscale GROUP` has the words.", "short", "stat", 6,
          (Query(f"sum({_of('advice')})", "advice"),), steps=((None, "green"), (1, "orange")), empty=NOT_WATCHED),
    Panel("Held for want of data", "Groups whose members are held because data is missing or stale.", "short", "stat", 6,
          (Query(f"sum({_of('stale')})", "groups"),), steps=((None, "green"), (1, "red")), empty=NOT_WATCHED),
    Panel("Groups", "The newest decision about each group. A blank is unknown, never 0.", "short", "table", 24, (
        Query(f"max by (instance, group, mode, reason) ({_of('decision_info')})"),
        _column(_of("members")),
        _column(_of("members_desired")),
        _column(_of("partition_ceiling")),
        _column(_of("skew_ceiling")),
        _column(_of("time_lag_seconds")),
        _column(_of("objective_seconds")),
        _column(_of("lag_records")),
    ), height=9, columns=(
        Column("group", "Group", width=220),
        Column("reason", "Decision", words=REASONS, width=300),
        Column("mode", "Mode"),
        Column("Value #B", "Members", "short"),
        Column("Value #C", "Desired", "short"),
        Column("Value #D", "Partition ceiling", "short"),
        Column("Value #E", "Skew ceiling", "short"),
        Column("Value #F", "Time lag", "s"),
        Column("Value #G", "Objective", "s"),
        Column("Value #H", "Messages behind", "short"),
        Column("instance", "Levelwind"),
    ), empty=NOT_WATCHED),
))

SUM = Row("The sum that leads there", (
    Panel("Members", "What there is, what should be, and what is needed where the group is grown, aimed and shrunk.",
          "short", "timeseries", 12, (
              Query(_of("members"), "{{group}} members"),
              Query(_of("members_desired"), "{{group}} desired"),
              Query(_of("members_needed"), "{{group}} needed ({{utilisation}})"),
          ), empty=NOT_WATCHED),
    Panel("Ceilings", "Members past which more cannot help: partitions, the hottest partition, the configured limit.",
          "short", "timeseries", 12, (
              Query(_of("partition_ceiling"), "{{group}} partitions"),
              Query(_of("skew_ceiling"), "{{group}} skew"),
              Query(_of("members_max"), "{{group}} max"),
          ), empty=NOT_WATCHED),
    Panel("Arrival against capacity", "Records that arrive, and what all members together can process.", "short",
          "timeseries", 12, (
              Query(_of("arrival_records_per_second"), "{{group}} arrive"),
              Query(f"{_of('capacity_records_per_second')} * on (job, instance, group) {_of('members')}",
                    "{{group}} capacity"),
          ), empty=NOT_WATCHED),
    Panel("Time lag against the objective", "The worst partition's time lag.", "s", "timeseries", 12, (
        Query(_of("time_lag_seconds"), "{{group}}"),
        Query(_of("objective_seconds"), "{{group}} objective"),
    ), empty=NOT_WATCHED),
    Panel("Records past the objective", "Records that were processed later than the objective allows, each second.",
          "short", "timeseries", 12, (
              Query(f"rate({_of('late_records_total')}[$__rate_interval])", "{{group}}"),
          ), empty=NOT_WATCHED),
    Panel("What the rebalance costs", "Record-seconds that the action thought of would delay, and partitions it moves.",
          "short", "timeseries", 12, (
              Query(_of("pause_cost_record_seconds"), "{{group}} record-seconds"),
              Query(_of("moved_partitions"), "{{group}} partitions"),
          ), empty=NOT_WATCHED),
    Panel("What became of actions", "The last decision that was carried out, by state.", "short", "timeseries", 12,
          (Query(f"sum by (group, state) ({_of('action_info')})", "{{group}} {{state}}"),),
          empty="no group is in mode act"),
    Panel("Cost of one member fewer, as many, one more", "The cost J; the smallest is the best.", "short", "timeseries", 12,
          (Query(_of("cost"), "{{group}} {{members}}"),), empty=NOT_WATCHED),
))

BOARD = Board("autoscale", "Levelwind / Autoscaling",
              "How many members each consumer group needs, and why.", (NOW, SUM),
              (Variable("group", "Group", f"levelwind_autoscale_members_desired{{{SELECT}}}"),))
