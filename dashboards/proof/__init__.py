"""The proof of boards and rules on a real Prometheus (scripts/check-boards): prometheus.py runs and asks it, questions.py knows
what is asked and judges the answers, cluster.py makes something to look at."""
