"""The board for those who keep the cluster level: what is wrong, what is planned, what is done about it."""

from source.grafana import Board, Panel, Query, Row, SELECT

GOOD_IS_ZERO = ((None, "green"), (1, "orange"))


def _of(name, more=""):
    return f"{name}{{{SELECT}{more}}}"


HEALING = Row("What is wrong, and what is done about it?", (
    Panel("Critical findings", "Critical anomalies that are there now: `levelwind anomalies` names them.", "short", "stat",
          6, (Query(f"sum({_of('levelwind_anomaly_active', ',severity=' + chr(34) + 'critical' + chr(34))})", "critical"),),
          steps=((None, "green"), (1, "red")), empty="nothing is critical", runbook="LevelwindAnomalyCritical"),
    Panel("Waiting for a person", "Plans that wait for `levelwind approve ID`.", "short", "stat", 6,
          (Query(f"sum({_of('levelwind_healing_anomalies', ',state=' + chr(34) + 'approval' + chr(34))})", "waiting"),),
          steps=GOOD_IS_ZERO, empty="nothing waits", runbook="LevelwindHealingApproval"),
    Panel("Given up", "Anomalies that self-healing leaves to a person.", "short", "stat", 6,
          (Query(f"sum({_of('levelwind_healing_anomalies', ',state=' + chr(34) + 'stuck' + chr(34))})", "stuck"),),
          steps=GOOD_IS_ZERO, empty="nothing is stuck", runbook="LevelwindHealingStuck"),
    Panel("Budget of the day used", "Share of what self-healing may do in 24 hours, the scarcest budget.", "percentunit",
          "stat", 6, (Query(f"max({_of('levelwind_healing_day')} / on (job, instance, budget) "
                            f"{_of('levelwind_healing_day_limit')})", "used"),),
          steps=((None, "green"), (0.8, "orange"), (1, "red"))),
    Panel("Anomalies by state", "How far the decision about each anomaly is; docs/self-healing.md has the states.", "short",
          "timeseries", 12, (Query(f"sum by (type, state) ({_of('levelwind_healing_anomalies')})", "{{type}} {{state}}"),),
          stacked=True, empty="nothing is found"),
    Panel("Decisions", "What was decided, by reason: held by quiet hours, a budget, the grace time and so on.", "short",
          "timeseries", 12, (Query(f"sum by (code) (increase({_of('levelwind_healing_decisions_total')}[$__rate_interval]))",
                                   "{{code}}"),), empty="nothing was decided"),
))

BALANCE = Row("Is it level?", (
    Panel("Leaders of each broker", "Partitions led by each broker.", "short", "timeseries", 8,
          (Query(_of("levelwind_broker_leaders"), "broker {{broker}}"),)),
    Panel("Replicas of each broker", "Replicas on each broker.", "short", "timeseries", 8,
          (Query(_of("levelwind_broker_replicas"), "broker {{broker}}"),)),
    Panel("Bytes of each broker", "Bytes of replicas on each broker.", "bytes", "timeseries", 8,
          (Query(_of("levelwind_broker_disk_bytes"), "broker {{broker}}"),)),
))

PLANS = Row("What is planned, and what moves?", (
    Panel("Score before and after", "0 (worst) to 100 (every goal met), now and after the newest proposal.", "short",
          "timeseries", 8, (Query(_of("levelwind_proposal_score"), "{{stage}}"),), empty="there is no proposal"),
    Panel("Moves of the newest proposal", "By kind: replicas are copied, leaders are not.", "short", "timeseries", 8,
          (Query(_of("levelwind_proposal_moves"), "{{kind}}"),), empty="there is no proposal"),
    Panel("Bytes of the newest proposal", "What it copies.", "bytes", "timeseries", 8,
          (Query(_of("levelwind_proposal_bytes"), "{{instance}}"),), empty="there is no proposal"),
    Panel("Bytes copied", "Copied and to copy, of each operation that is not over.", "bytes", "timeseries", 12,
          (Query(_of("levelwind_operation_copied_bytes"), "{{operation}} copied"),
           Query(_of("levelwind_operation_bytes"), "{{operation}} total")), empty="no operation runs",
          runbook="LevelwindOperationHolding"),
    Panel("Operations by state", "Known operations.", "short", "timeseries", 12,
          (Query(_of("levelwind_operations"), "{{state}}"),), empty="there was no operation"),
    Panel("Notices", "Messages to people, by service and what became of them.", "short", "timeseries", 24,
          (Query(f"sum by (notifier, outcome) (increase({_of('levelwind_notices_total')}[$__rate_interval]))",
                 "{{notifier}} {{outcome}}"),), empty="no notifier is on", runbook="LevelwindNoticesFailing"),
))

BOARD = Board("balance", "Levelwind / Balance and plans",
              "What is wrong in a Kafka cluster, what is planned and what self-healing does about it.",
              (HEALING, BALANCE, PLANS))
