"""Recording rules, for those who keep lag for months or have too many partitions to ask for all of them. Neither boards
nor alerts need them. Names are level:metric:operation, the level being the labels that are left beside job and instance."""

from dataclasses import dataclass

from source.thresholds import T


@dataclass(frozen=True)
class Record:
    name: str
    expr: str


RECORDS = (
    Record("group_topic:levelwind_group_lag:sum", "sum without (partition) (levelwind_group_lag)"),
    Record("group_topic:levelwind_group_lag_seconds:max", "max without (partition) (levelwind_group_lag_seconds)"),
    Record("group:levelwind_group_retention_margin:min",
           "min without (topic, partition) (levelwind_group_retention_margin)"),
    Record(f"group:levelwind_group_max_lag_seconds:deriv{T.time_lag.window}",
           f"deriv(levelwind_group_max_lag_seconds[{T.time_lag.window}])"),
    Record("verdict:levelwind_group_verdict:count", "count without (group) (levelwind_group_verdict)"),
    Record("instance:levelwind_group_total_lag:sum", "sum without (group) (levelwind_group_total_lag)"),
    Record("instance:levelwind_group_max_lag_seconds:max", "max without (group) (levelwind_group_max_lag_seconds)"),
)
