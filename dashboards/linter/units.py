"""Units that Grafana has (packages/grafana-data, valueFormats) and a Kafka board may need."""

UNITS = frozenset("""
    none string short percent percentunit locale bool bool_yes_no bool_on_off
    bytes decbytes bits decbits Bps binBps bps binbps pps
    s ms µs ns m h d dtdurations dtdurationms dateTimeAsIso dateTimeFromNow hertz
    cps ops reqps rps wps iops cpm opm rpm wpm
""".split())
