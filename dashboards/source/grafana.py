"""How a panel and a board look in Grafana's JSON (schema 39, Grafana 10 and later); no board says it by hand."""

from dataclasses import dataclass, field

from source.thresholds import T

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
# What every selector of a board begins with. $instance is the daemons that look at $cluster.
SELECT = 'job=~"$job",instance=~"$instance"'
STAT_HEIGHT, HEIGHT, WIDTH = 4, 8, 24


@dataclass(frozen=True)
class Query:
    expr: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    title: str
    description: str  # plain words: what it is, and what to do about it
    unit: str
    kind: str  # stat, timeseries, table
    width: int
    queries: tuple
    height: int = 0  # 0: the usual one of the kind
    steps: tuple = ()  # ((from, colour), ...): the first from is None
    columns: tuple = ()  # table: Column, in order; queries of the table go by their letters
    runbook: str = ""  # name of an alert
    empty: str = ""  # when nothing is to be seen, and rightly so; goes into the description
    stacked: bool = False


@dataclass(frozen=True)
class Column:
    field: str  # label, or "Value #A"
    title: str
    unit: str = ""
    steps: tuple = ()
    words: dict = field(default_factory=dict)  # value -> (text, colour)
    width: int = 0


@dataclass(frozen=True)
class Row:
    title: str
    panels: tuple


@dataclass(frozen=True)
class Variable:
    name: str
    label: str
    metric: str  # values of the label `name` of this selector
    every: str = ".+"  # what "All" stands for; empty: the list of all values


@dataclass(frozen=True)
class Board:
    name: str
    title: str
    description: str
    rows: tuple
    variables: tuple = ()  # beside data source, job, cluster and instance


COMMON_VARIABLES = (
    Variable("job", "Job", "levelwind_build_info"),
    Variable("cluster", "Cluster", 'levelwind_cluster_info{job=~"$job"}'),
    # No `every`: All has to mean the daemons of the chosen clusters, not all there are.
    Variable("instance", "Levelwind", 'levelwind_cluster_info{job=~"$job",cluster=~"$cluster"}', every=""),
)


def steps_of(steps):
    return {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in steps or ((None, "text"),)]}


def describe(panel):
    parts = [panel.description]
    if panel.empty:
        parts.append(f"Empty while {panel.empty}.")
    if panel.runbook:
        parts.append(f"Runbook: {T.links.runbooks}/{panel.runbook}.md")
    return " ".join(parts)


def links(panel):
    if not panel.runbook or not T.links.runbooks.startswith("http"):
        return []
    return [{"title": f"Runbook {panel.runbook}", "url": f"{T.links.runbooks}/{panel.runbook}.md", "targetBlank": True}]


def targets(panel):
    instant = panel.kind != "timeseries"
    made = []
    for number, query in enumerate(panel.queries):
        target = {"refId": chr(ord("A") + number), "datasource": SOURCE, "expr": query.expr,
                  "legendFormat": query.legend, "instant": instant, "range": not instant}
        if panel.kind == "table":
            target["format"] = "table"
        made.append(target)
    return made


def stat_options():
    return {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "colorMode": "value",
            "graphMode": "none", "textMode": "auto", "justifyMode": "auto", "orientation": "auto"}


def timeseries_parts(panel):
    # Unknown is a gap: points are never joined over it.
    custom = {"lineWidth": 1, "fillOpacity": 20 if panel.stacked else 0, "showPoints": "never", "spanNulls": False,
              "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"}}
    if len(panel.steps) > 1:
        custom["thresholdsStyle"] = {"mode": "dashed"}
    options = {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
               "tooltip": {"mode": "multi", "sort": "desc"}}
    return custom, options


def column_override(column):
    properties = []
    if column.unit:
        properties.append({"id": "unit", "value": column.unit})
    if column.width:
        properties.append({"id": "custom.width", "value": column.width})
    if column.steps:
        properties += [{"id": "thresholds", "value": steps_of(column.steps)},
                       {"id": "custom.cellOptions", "value": {"type": "color-text"}}]
    if column.words:
        options = {value: {"text": text, "color": color, "index": index}
                   for index, (value, (text, color)) in enumerate(column.words.items())}
        properties += [{"id": "mappings", "value": [{"type": "value", "options": options}]},
                       {"id": "custom.cellOptions", "value": {"type": "color-text"}}]
    return {"matcher": {"id": "byName", "options": column.title}, "properties": properties}


def table_parts(panel):
    """Rows of all queries that are of the same thing become one row; columns get their names and their order."""
    fields = [column.field for column in panel.columns]
    values = [f"Value #{chr(ord('A') + n)}" for n in range(len(panel.queries))]
    hidden = [name for name in ("Time", "instance", *values) if name not in fields]
    transformations = [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {
            "excludeByName": {name: True for name in hidden},
            "indexByName": {name: index for index, name in enumerate(fields)},
            "renameByName": {column.field: column.title for column in panel.columns}}}]
    options = {"showHeader": True, "cellHeight": "sm", "footer": {"show": False, "reducer": ["sum"], "fields": ""}}
    return transformations, options, [column_override(column) for column in panel.columns]


def panel_json(panel, number, x, y):
    defaults = {"unit": panel.unit, "color": {"mode": "thresholds"}, "thresholds": steps_of(panel.steps), "mappings": []}
    made = {
        "id": number, "type": panel.kind, "title": panel.title, "description": describe(panel), "datasource": SOURCE,
        "gridPos": {"x": x, "y": y, "w": panel.width, "h": height(panel)}, "links": links(panel),
        "fieldConfig": {"defaults": defaults, "overrides": []}, "targets": targets(panel),
    }
    if panel.kind == "stat":
        defaults["noValue"] = "unknown"
        made["options"] = stat_options()
    elif panel.kind == "timeseries":
        defaults["color"] = {"mode": "palette-classic"}
        defaults["custom"], made["options"] = timeseries_parts(panel)
    else:
        defaults["custom"] = {"align": "auto", "filterable": True}
        made["transformations"], made["options"], made["fieldConfig"]["overrides"] = table_parts(panel)
    return made


def height(panel):
    return panel.height or (STAT_HEIGHT if panel.kind == "stat" else HEIGHT)


def variable_json(variable):
    query = f"label_values({variable.metric}, {variable.name})"
    made = {"name": variable.name, "label": variable.label, "type": "query", "datasource": SOURCE, "query": query,
            "definition": query, "refresh": 2, "sort": 1, "multi": True, "includeAll": True, "regex": "",
            "current": {"text": ["All"], "value": ["$__all"]}}
    if variable.every:
        made["allValue"] = variable.every
    return made


def board_json(board):
    panels, y = [], 0
    for row in board.rows:
        panels.append({"id": len(panels) + 1, "type": "row", "title": row.title, "collapsed": False, "panels": [],
                       "gridPos": {"x": 0, "y": y, "w": WIDTH, "h": 1}})
        x, y, tallest = 0, y + 1, 0
        for panel in row.panels:
            if x + panel.width > WIDTH:
                x, y, tallest = 0, y + tallest, 0
            panels.append(panel_json(panel, len(panels) + 1, x, y))
            x, tallest = x + panel.width, max(tallest, height(panel))
        y += tallest
    source = {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "refresh": 1,
              "regex": "", "multi": False, "includeAll": False}
    operations = {"name": "Operations", "enable": True, "hide": False, "iconColor": "blue", "datasource": SOURCE,
                  "expr": f'sum by (instance) (levelwind_operations{{{SELECT},state=~"running|holding"}}) > 0',
                  "step": "60s", "titleFormat": "an operation moves replicas", "textFormat": "{{instance}}"}
    return {
        "uid": f"levelwind-{board.name}", "title": board.title, "description": board.description,
        "tags": ["levelwind", "kafka"], "schemaVersion": 39, "version": 1, "editable": False, "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"}, "timezone": "browser", "graphTooltip": 1,
        "links": [{"title": "Levelwind boards", "type": "dashboards", "tags": ["levelwind"], "asDropdown": True,
                   "keepTime": True, "includeVars": True}],
        "annotations": {"list": [operations]},
        "templating": {"list": [source, *map(variable_json, (*COMMON_VARIABLES, *board.variables))]},
        "panels": panels,
    }
