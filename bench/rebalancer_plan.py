#!/usr/bin/env python3
"""Plans a planbench cluster with Meta's Rebalancer (PyPI `rebalancer`, CPython 3.12).

    rebalancer_plan.py SNAPSHOT.json PLAN.json [--moves fast|swap] [--seconds N]

Writes Kafka's reassignment JSON and prints one line of JSON: cpu_s and wall_s of the solver alone, and the
peak of memory. A replica is an object (leader and followers apart, because they load a broker
differently), a broker a container. Hard: one replica of a partition per broker and per rack, dead and
leaving brokers are emptied. Goals: each band of score.py from above and from below, then least
bytes moved. bench/compare_planners.py calls this with an interpreter that has the package.
"""
import argparse
import json
import resource
import time

from rebalancer import ProblemSolver

MARGIN = 0.09
# The package takes its enumerations as numbers only (1.0.4).
ABSOLUTE, MOST, LEAST = 1, 1, 2
SERVING = ("alive", "new")


def read(path):
    with open(path, encoding="utf-8") as file:
        snapshot = json.load(file)
    partitions = []
    for topic in snapshot["topics"]:
        for number, p in enumerate(topic["partitions"]):
            partitions.append((topic["name"], number, p))
    return snapshot["brokers"], partitions


def follower_cpu(p):
    """Cruise Control's default weights, as planbench scores them: a follower's share of the cpu."""
    weighed = 0.7 * p["network_in"] + 0.15 * p["network_out"]
    return p["cpu"] * 0.15 * p["network_in"] / weighed if weighed > 0 else 0.0


def dimensions(partitions):
    """name: object -> value, for what score.py holds bands against."""
    names = ("cpu", "network_in", "network_out", "disk", "replicas", "leaders", "leader_in")
    out = {name: {} for name in names}
    for i, (_, _, p) in enumerate(partitions):
        for slot in range(len(p["replicas"])):
            leads = slot == 0
            key = f"{i}/{slot}"
            out["cpu"][key] = p["cpu"] if leads else follower_cpu(p)
            out["network_in"][key] = p["network_in"]
            out["network_out"][key] = p["network_out"] if leads else 0.0
            out["disk"][key] = p["disk"]
            out["replicas"][key] = 1.0
            out["leaders"][key] = 1.0 if leads else 0.0
            out["leader_in"][key] = p["network_in"] if leads else 0.0
    return out


def add_hard_rules(solver, brokers, partitions):
    groups = {str(i): [f"{i}/{slot}" for slot in range(len(p["replicas"]))]
              for i, (_, _, p) in enumerate(partitions)}
    solver.add_partition("topic_partition", groups)
    one = {"type": ABSOLUTE, "globalLimit": 1.0}
    solver.add_constraint({"groupCountSpec": {
        "name": "distinct_brokers", "scope": "broker", "partitionName": "topic_partition",
        "bound": MOST, "limit": one}})
    racks = {b["rack"] for b in brokers if b["state"] in SERVING}
    if all(len(p["replicas"]) <= len(racks) for _, _, p in partitions):
        solver.add_scope("rack", {str(b["id"]): b["rack"] for b in brokers})
        solver.add_constraint({"groupCountSpec": {
            "name": "distinct_racks", "scope": "rack", "partitionName": "topic_partition",
            "bound": MOST, "limit": one}})
    leaving = [str(b["id"]) for b in brokers if b["state"] not in SERVING]
    if leaving:
        # A goal before all others: as a constraint, which the start breaks, it stops the search at once.
        solver.add_goal({"toFreeSpec": {"name": "drain", "containers": leaving}}, weight=1.0)
        solver.add_goal_boundary()


def add_goals(solver, brokers, values):
    serving = [b for b in brokers if b["state"] in SERVING]
    for name, of in values.items():
        solver.add_object_dimension(name, of)
        whole = sum(of.values())
        capacity = {b["id"]: (b.get("capacity") or {}).get(name) for b in serving}
        if any(not value for value in capacity.values()):
            capacity = {b["id"]: 1.0 for b in serving}
        total = sum(capacity.values())
        share = {str(id_): whole * value / total for id_, value in capacity.items()}
        for bound, factor in ((MOST, 1 + MARGIN), (LEAST, 1 - MARGIN)):
            limits = {id_: value * factor for id_, value in share.items()}
            solver.add_goal({"capacitySpec": {
                "name": f"{name}_{bound}", "scope": "broker", "dimension": name,
                "bound": bound, "limit": {"type": ABSOLUTE, "scopeItemLimits": limits,
                                          "isDefaultLimitUnbounded": True}}}, weight=1.0)
    solver.add_goal_boundary()
    solver.add_goal({"minimizeMovementSpec": {"name": "bytes", "scope": "broker",
                                              "dimension": "disk"}}, weight=1.0)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("snapshot")
    parser.add_argument("plan")
    parser.add_argument("--moves", choices=("fast", "swap"), default="swap")
    parser.add_argument("--seconds", type=int, default=300)
    options = parser.parse_args()
    brokers, partitions = read(options.snapshot)
    solver = ProblemSolver(service_name="levelwind", service_scope="bench")
    solver.set_object_name("replica").set_container_name("broker")
    held = {str(b["id"]): [] for b in brokers}
    for i, (_, _, p) in enumerate(partitions):
        for slot, broker in enumerate(p["replicas"]):
            held[str(broker)].append(f"{i}/{slot}")
    solver.set_assignment(held)
    add_hard_rules(solver, brokers, partitions)
    add_goals(solver, brokers, dimensions(partitions))
    single = {"singleFastMoveTypeSpec": {}} if options.moves == "fast" else {"singleMoveTypeSpec": {}}
    kinds = [single] if options.moves == "fast" else [single, {"swapMoveTypeSpec": {}}]
    solver.add_solver({"localSearchSolverSpec": {"solveTime": options.seconds, "randomSeed": 1,
                                                 "moveTypeList": kinds}})
    solver.disable_solution_summary()
    cpu, wall = time.process_time(), time.monotonic()
    assignment = solver.solve()["assignment"]
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    plan = []
    for i, (topic, number, p) in enumerate(partitions):
        after = [int(assignment[f"{i}/{slot}"]) for slot in range(len(p["replicas"]))]
        if after != p["replicas"]:
            plan.append({"topic": topic, "partition": number, "replicas": after})
    with open(options.plan, "w", encoding="utf-8") as file:
        json.dump({"version": 1, "partitions": plan}, file)
    print(json.dumps({"cpu_s": round(cpu, 2), "wall_s": round(wall, 2), "rss_mb": round(
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)}))


if __name__ == "__main__":
    main()
