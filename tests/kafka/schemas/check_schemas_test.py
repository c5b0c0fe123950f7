#!/usr/bin/env python3
"""scripts/check-schemas must notice every kind of difference: gives it tables with one fault each."""

import copy
import json
import os
import stat
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "scripts", "check-schemas")
DUMP = sys.argv.pop(1)


def message(tables, name):
    return next(m for m in tables if m["name"] == name)


def field(owner, *path):
    for name in path:
        owner = next(f for f in owner["fields"] if f["name"] == name)
    return owner


class CheckSchemas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tables = json.loads(subprocess.run([DUMP], check=True, capture_output=True, text=True).stdout)

    def run_with(self, change):
        tables = copy.deepcopy(self.tables)
        change(tables)
        with tempfile.TemporaryDirectory() as directory:
            data = os.path.join(directory, "tables.json")
            with open(data, "w", encoding="utf-8") as out:
                json.dump(tables, out)
            program = os.path.join(directory, "dump")
            with open(program, "w", encoding="utf-8") as out:
                out.write(f"#!/bin/sh\ncat '{data}'\n")
            os.chmod(program, stat.S_IRWXU)
            return subprocess.run([sys.executable, SCRIPT, "--dump", program], capture_output=True,
                                  text=True, check=False)

    def assert_noticed(self, change, text):
        result = self.run_with(change)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn(text, result.stdout)

    def test_unchanged_tables_pass(self):
        result = self.run_with(lambda tables: None)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_type(self):
        def change(tables):
            field(message(tables, "MetadataResponse"), "Topics", "Partitions", "LeaderId")["type"] = "int64"
        self.assert_noticed(change, "Topics.Partitions.LeaderId: type is int32 in Kafka, int64 here")

    def test_first_version(self):
        def change(tables):
            field(message(tables, "DescribeLogDirsResponse"), "Results", "TotalBytes")["since"] = 3
        self.assert_noticed(change, "DescribeLogDirsResponse v3.Results: the field list")

    def test_last_version(self):
        def change(tables):
            field(message(tables, "FindCoordinatorRequest"), "Key")["until"] = None
        self.assert_noticed(change, "FindCoordinatorRequest v4: the field list")

    def test_nullability(self):
        def change(tables):
            field(message(tables, "MetadataRequest"), "Topics", "Name")["nullable"] = 9
        self.assert_noticed(change, "MetadataRequest v9.Topics.Name: nullable is False in Kafka, True here")

    def test_tag(self):
        def change(tables):
            field(message(tables, "ApiVersionsResponse"), "FinalizedFeatures")["tag"] = 7
        self.assert_noticed(change, "FinalizedFeatures: tag is 2 in Kafka, 7 here")

    def test_default(self):
        def change(tables):
            field(message(tables, "ListOffsetsRequest"), "Topics", "Partitions", "CurrentLeaderEpoch")["default"] = 0
        self.assert_noticed(change, "CurrentLeaderEpoch: default is -1 in Kafka, 0 here")

    def test_order(self):
        def change(tables):
            fields = message(tables, "ListGroupsResponse")["fields"]
            fields[0], fields[1] = fields[1], fields[0]
        self.assert_noticed(change, "ListGroupsResponse v2: the field list")

    def test_flexible(self):
        def change(tables):
            message(tables, "OffsetFetchRequest")["flexible"] = 7
        self.assert_noticed(change, "OffsetFetchRequest v6: flexible is True in Kafka, False here")

    def test_range(self):
        def change(tables):
            message(tables, "ElectLeadersRequest")["max"] = 9
        self.assert_noticed(change, "ElectLeadersRequest v9: the valid range")

    def test_api_key(self):
        def change(tables):
            message(tables, "ElectLeadersRequest")["api"] = 44
        self.assert_noticed(change, "the API key is 43 in Kafka, 44 here")

    def test_a_version_that_no_release_knows(self):
        def change(tables):
            message(tables, "UnregisterControllerRequest")["max"] = 1
        self.assert_noticed(change, "UnregisterControllerRequest v1: the valid range is without it in every release")

    def test_an_old_release_alone(self):
        def change(tables):
            field(message(tables, "OffsetFetchResponse"), "Topics", "Partitions", "CommittedOffset")["type"] = "int32"
        self.assert_noticed(change, "kafka-clients-2.8.2.jar: OffsetFetchResponse v5.Topics.Partitions.CommittedOffset")

    def test_a_release_that_cannot_be_fetched(self):
        with tempfile.TemporaryDirectory() as directory:
            maven = os.path.join(directory, "mvn")
            with open(maven, "w", encoding="utf-8") as out:
                out.write("#!/bin/sh\necho 'no network'; exit 1\n")
            os.chmod(maven, stat.S_IRWXU)
            env = dict(os.environ, LEVELWIND_CACHE=directory, PATH=directory + os.pathsep + os.environ["PATH"])
            result = subprocess.run([sys.executable, SCRIPT, "--dump", DUMP], capture_output=True, text=True,
                                    check=False, env=env)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("kafka-clients 2.8.2 could not be fetched", result.stderr)
        self.assertIn("no network", result.stderr)

    def test_an_intended_difference_that_is_gone(self):
        def change(tables):
            field(message(tables, "MetadataRequest"), "AllowAutoTopicCreation")["default"] = True
        self.assert_noticed(change, "an intended difference is gone")


if __name__ == "__main__":
    unittest.main()
