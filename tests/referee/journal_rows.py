#!/usr/bin/env python3
"""journal_rows.py STATE_DIR   The tables of a daemon's journal as JSON, read from a copy with SQLite alone. The
daemon must not be running: it keeps the file to itself."""

import json
import os
import shutil
import sqlite3
import sys
import tempfile

TABLES = ("operations", "steps", "config_preimages", "audit")


def main():
    with tempfile.TemporaryDirectory(prefix="journal-rows-") as work:
        for name in os.listdir(sys.argv[1]):
            if name.startswith("levelwind.db"):
                shutil.copy(os.path.join(sys.argv[1], name), work)
        database = sqlite3.connect(os.path.join(work, "levelwind.db"))
        database.row_factory = sqlite3.Row
        rows = {table: [dict(row) for row in database.execute(f"SELECT * FROM {table}")] for table in TABLES}
        database.close()
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
