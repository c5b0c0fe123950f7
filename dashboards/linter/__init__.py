"""Rules that boards and Prometheus rules must keep. promql.py reads expressions, boards.py and rules.py judge, and
metrics.py knows which metrics there are. Each rule is a function that yields (where, what is wrong)."""
