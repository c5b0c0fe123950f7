#!/usr/bin/env python3
"""Writes the Grafana boards from the tables below: dashboards/make_boards.py [--check]

One source keeps every panel alike: a description and a unit on each, the datasource as a variable,
counters only inside rate(). --check fails when the committed files differ from what would be written.
"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SELECT = 'job=~"$job"'

# (title, description, unit, kind, width, [(expression, legend)])
OVERVIEW = [
    ("Brokers by state", "Brokers that Levelwind sees, by state. Any dead one needs attention.", "short", "stat", 6,
     [(f"levelwind_brokers{{{SELECT}}}", "{{state}}")]),
    ("Partitions in trouble", "Under-replicated and offline partitions; 0 is healthy.", "short", "stat", 6,
     [(f"levelwind_partitions_under_replicated{{{SELECT}}}", "under-replicated"),
      (f"levelwind_partitions_offline{{{SELECT}}}", "offline")]),
    ("Score of the newest proposal", "0 (worst) to 100 (every goal met), now and after the proposal.", "short", "stat", 6,
     [(f"levelwind_proposal_score{{{SELECT}}}", "{{stage}}")]),
    ("Age of the snapshot", "Seconds since the cluster was last seen whole.", "s", "stat", 6,
     [(f"levelwind_snapshot_age_seconds{{{SELECT}}}", "age")]),
    ("Leaders per broker", "Partitions led by each broker. Level lines are what the planner aims for.", "short", "timeseries", 12,
     [(f"levelwind_broker_leaders{{{SELECT}}}", "broker {{broker}}")]),
    ("Produced bytes per leader", "Bytes per second produced to the partitions that each broker leads.", "Bps", "timeseries", 12,
     [(f"levelwind_broker_leader_bytes_in_per_second{{{SELECT}}}", "broker {{broker}}")]),
    ("Disk per broker", "Bytes of replicas on each broker.", "bytes", "timeseries", 12,
     [(f"levelwind_broker_disk_bytes{{{SELECT}}}", "broker {{broker}}")]),
    ("Hottest partitions", "The ten partitions with the highest produce rate.", "Bps", "timeseries", 12,
     [(f"topk(10, levelwind_partition_bytes_in_per_second{{{SELECT}}})", "{{topic}}-{{partition}}")]),
    ("Consumer lag", "Messages between the log end and the committed offset, per group. Absent while unknown.", "short", "timeseries", 12,
     [(f"levelwind_group_total_lag{{{SELECT}}}", "{{group}}")]),
    ("Lag growth", "Messages per second by which each group falls behind; negative while it catches up.", "short", "timeseries", 12,
     [(f"levelwind_group_lag_growth_per_second{{{SELECT}}}", "{{group}}")]),
    ("Operation progress", "Bytes copied and bytes to copy of each operation that is not over.", "bytes", "timeseries", 12,
     [(f"levelwind_operation_copied_bytes{{{SELECT}}}", "{{operation}} copied"),
      (f"levelwind_operation_bytes{{{SELECT}}}", "{{operation}} total")]),
    ("Requests to Kafka", "Requests that Levelwind itself sends: its cost to the cluster.", "reqps", "timeseries", 12,
     [(f"sum by (api) (rate(levelwind_kafka_requests_total{{{SELECT}}}[$__rate_interval]))", "{{api}}")]),
    ("Collectors", "1 while a source of facts answers, 0 while it does not.", "short", "timeseries", 12,
     [(f"levelwind_collector_success{{{SELECT}}}", "{{collector}}")]),
    ("Active anomalies", "What the detectors find now.", "short", "timeseries", 12,
     [(f"count by (type) (levelwind_anomaly_active{{{SELECT}}})", "{{type}}")]),
]


def panel(number, x, y, spec):
    title, description, unit, kind, width, targets = spec
    source = {"type": "prometheus", "uid": "${datasource}"}
    return {
        "id": number, "title": title, "description": description, "type": kind, "datasource": source,
        "gridPos": {"x": x, "y": y, "w": width, "h": 4 if kind == "stat" else 8},
        "fieldConfig": {"defaults": {"unit": unit, "min": None}, "overrides": []},
        "targets": [{"refId": chr(65 + i), "datasource": source, "expr": expr, "legendFormat": legend}
                    for i, (expr, legend) in enumerate(targets)],
    }


def board():
    panels, x, y = [], 0, 0
    for spec in OVERVIEW:
        if x + spec[4] > 24:
            x, y = 0, y + (4 if panels[-1]["type"] == "stat" else 8)
        panels.append(panel(len(panels) + 1, x, y, spec))
        x += spec[4]
    return {
        "uid": "levelwind-overview", "title": "Levelwind / Overview", "tags": ["levelwind", "kafka"],
        "schemaVersion": 39, "version": 1, "editable": False, "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"}, "timezone": "browser",
        "templating": {"list": [
            {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
            {"name": "job", "label": "Job", "type": "query", "datasource": {"type": "prometheus", "uid": "${datasource}"},
             "query": "label_values(levelwind_build_info, job)", "refresh": 2, "multi": True, "includeAll": True,
             "allValue": ".+"}]},
        "panels": panels,
    }


def main():
    path = os.path.join(HERE, "levelwind-overview.json")
    text = json.dumps(board(), indent=1) + "\n"
    if "--check" in sys.argv:
        with open(path, encoding="utf-8") as f:
            if f.read() != text:
                sys.exit("dashboards/levelwind-overview.json is not what make_boards.py writes; run it")
        return
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


if __name__ == "__main__":
    main()
