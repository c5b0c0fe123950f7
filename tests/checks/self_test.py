"""Proves that each check can fail: a small tree that is right in every respect, and one fault at a time."""

import base64
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

import budgets
import built
import canary
import layering
import named_tests
import tree
import words

GOOD = {
    "base/a.h": "#pragma once\n#include <string>\n#include <tl/expected.hpp>\n",
    "base/clock.cc": '#include "base/a.h"\nint Now() { return std::chrono::steady_clock::now(); }\n',
    "base/README.md": "# base\n",
    "model/m.h": '#pragma once\n#include "base/a.h"\n',
    "model/README.md": "# model\n",
    "store/sqlite.h": "#pragma once\n#include <sqlite3.h>\n",
    "store/s.cc": '#include "store/sqlite.h"\n// std::thread is only a word here\nconst char* k = "std::thread";\n',
    "store/README.md": "# store\n",
    "daemon/d.cc": '#include "store/s.h"\n#include "model/m.h"\n#include <thread>\nstd::jthread t;\n',
    "store/s.h": "#pragma once\n",
    "daemon/README.md": "# daemon\n",
    "actions/x_options.h": '#pragma once\n#include "base/a.h"\n',
    "actions/README.md": "# actions\n",
    "config/c.cc": '#include "actions/x_options.h"\n#include <yaml-cpp/yaml.h>\n',
    "config/README.md": "# config\n",
    "tests/base/a_test.cc": '#include "base/a.h"\nTEST(A, B) { std::thread t; }\n',
}


class CheckTest(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="levelwind-checks-")
        self.addCleanup(shutil.rmtree, self.root)
        for path, text in GOOD.items():
            self.put(path, text)

    def put(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def assert_problem(self, problems, path, part):
        hits = [p for p in problems if p.startswith(path) and part in p]
        self.assertEqual(len(hits), 1, f"expected one '{part}' in {path}, got {problems}")
        self.assertEqual(len(problems), 1, problems)


class NamedTestsTest(CheckTest):
    def test_a_page_names_tests_that_are_there(self):
        self.put("tests/base/b_test.cc", "TEST_F(Guard, I5_Holds) {}\n  TEST(Ab, Cd) {}\n")
        self.put("docs/p.md", "`Ab.Cd`, `Guard.I5_`, `base/a.h`, `kafka.Topic`, Ab.Cx\n")
        self.assertEqual(named_tests.check(self.root), [])

    def test_a_test_that_is_not_there(self):
        self.put("docs/p.md", "a\n`Ab.Gone`\n")
        self.assert_problem(named_tests.check(self.root), "docs/p.md:2", "no test Ab.Gone")

    def test_no_test_begins_so(self):
        self.put("docs/p.md", "`Ab.I5_`\n")
        self.assert_problem(named_tests.check(self.root), "docs/p.md:1", "no test Ab.I5_")


class LayeringTest(CheckTest):
    def expect(self, path, text, part):
        self.put(path, text)
        self.assert_problem(layering.check(self.root), path, part)

    def test_the_good_tree_is_clean(self):
        self.assertEqual(layering.check(self.root), [])

    def test_the_table_names_every_folder(self):
        self.assertEqual(set(layering.MAY_INCLUDE), set(tree.PRODUCTION))

    def test_the_table_has_no_cycle(self):
        done = set()
        while len(done) < len(layering.MAY_INCLUDE):
            ready = {f for f, may in layering.MAY_INCLUDE.items() if f not in done and may <= done}
            self.assertTrue(ready, f"a cycle among {set(layering.MAY_INCLUDE) - done}")
            done |= ready

    def test_wrong_direction(self):
        self.expect("base/b.h", '#pragma once\n#include "model/m.h"\n', "base/ may not include model/")

    def test_nobody_includes_daemon(self):
        self.put("daemon/d.h", "#pragma once\n")
        self.expect("store/t.cc", '#include "daemon/d.h"\n', "store/ may not include daemon/")

    def test_planner_has_no_kafka(self):
        self.put("kafka/k.h", "#pragma once\n")
        self.expect("planner/p.cc", '  #  include "kafka/k.h"\n', "planner/ may not include kafka/")

    def test_config_takes_options_only(self):
        self.put("actions/executor.h", "#pragma once\n")
        self.expect("config/d.cc", '#include "actions/executor.h"\n', "config/ may not include actions/")

    def test_options_are_plain_values(self):
        self.put("actions/executor.h", "#pragma once\n")
        self.put("store/o.h", "#pragma once\n")
        self.expect("actions/y_options.h", '#pragma once\n#include "store/o.h"\n', "options are plain values")

    def test_paths_start_at_the_root(self):
        self.expect("store/t.cc", '#include "s.h"\n', "no file of the repository")

    def test_headers_that_cmake_makes(self):
        self.put("store/version.h.in", "#pragma once\n")
        self.put("store/t.cc", '#include "store/version.h"\n')
        self.assertEqual(layering.check(self.root), [])

    def test_third_party_in_the_wrong_folder(self):
        self.expect("model/n.cc", "#include <boost/asio.hpp>\n", "may not use boost")
        os.remove(os.path.join(self.root, "model/n.cc"))
        self.expect("actions/n.cc", "#include <sqlite3.h>\n", "may not use sqlite3.h")

    def test_third_party_shown_to_another_folder(self):
        self.put("daemon/e.cc", '#include "store/sqlite.h"\n')
        self.assert_problem(layering.check(self.root), "store/sqlite.h", "shows sqlite3.h to daemon")

    def test_one_file_for_the_command_line(self):
        self.put("cli/command_line_plan.cc", "#include <CLI/CLI.hpp>\n")
        self.put("cli/b.cc", "#include <CLI/CLI.hpp>\n")
        self.assert_problem(layering.check(self.root), "cli/b.cc: uses CLI", "cli/command_line* only")

    def test_threads(self):
        for text in ("std::thread t(f);", "std::vector<std::jthread> v;", "auto f = std::async(g);",
                     "pthread_create(&t, nullptr, f, nullptr);"):
            self.expect("store/t.cc", text + "\n", "creates a thread")
        self.put("store/t.cc", "std::thread::id owner;\n")
        self.assertEqual(layering.check(self.root), [])

    def test_clocks(self):
        for text in ("auto t = std::chrono::steady_clock::now();", "auto t = std::chrono::system_clock::now();",
                     "auto t = ::time(nullptr);", "auto t = std::time(nullptr);", "gettimeofday(&tv, nullptr);"):
            self.expect("store/t.cc", text + "\n", "reads a clock")

    def test_sleeps(self):
        self.expect("store/t.cc", "std::this_thread::sleep_for(x);\n", "sleeps")

    def test_detached_threads_even_in_daemon(self):
        self.expect("daemon/t.cc", "thread.detach();\n", "detaches")

    def test_pure_folders(self):
        self.expect("model/n.cc", "#include <mutex>\n", "is pure")

    def test_pragma_once(self):
        self.expect("model/n.h", "int x;\n", "no #pragma once")


class BudgetTest(CheckTest):
    def test_the_good_tree_is_clean(self):
        self.assertEqual(budgets.check(self.root), [])

    def test_long_production_file(self):
        self.put("store/t.cc", "int x;\n" * budgets.MAX_PRODUCTION_LINES)
        self.assertEqual(budgets.check(self.root), [])
        self.put("store/t.cc", "int x;\n" * (budgets.MAX_PRODUCTION_LINES + 1))
        self.assert_problem(budgets.check(self.root), "store/t.cc", "401 lines")

    def test_long_test_file(self):
        self.put("tests/store/t_test.cc", "int x;\n" * (budgets.MAX_TEST_LINES + 1))
        self.assert_problem(budgets.check(self.root), "tests/store/t_test.cc", "801 lines")

    def test_long_readme(self):
        self.put("store/README.md", "line\n" * 31)
        self.assert_problem(budgets.check(self.root), "store/README.md", "31 lines")

    def test_long_functions(self):
        block = "  if (x) {\n    f();\n  }\n"
        fits, body = block * 19 + "  g();\n", block * 20  # 60 and 62 lines with the braces.
        for opening in ("int F(int x) {\n", "A::A(int x)\n    : a_{x}, b_(x) {\n", "auto F() const -> int\n{\n"):
            self.put("store/t.cc", "namespace n {\nnamespace {\n" + opening + fits + "}\n}\n}\n")
            self.assertEqual(budgets.check(self.root), [], opening)
            self.put("store/t.cc", "namespace n {\nnamespace {\n" + opening + body + "}\n}\n}\n")
            self.assert_problem(budgets.check(self.root), "store/t.cc", "a function of 62 lines")
        self.put("store/t.cc", "class C {\n  int F() {\n" + body + "  }\n};\n")
        self.assert_problem(budgets.check(self.root), "store/t.cc", "a function of 62 lines")

    def test_long_tables_and_classes_are_no_functions(self):
        self.put("store/t.cc", "constexpr int kTable[] = {\n" + "    1,\n" * 100 + "};\n")
        self.put("store/u.cc", "class C : public B {\n public:\n" + "  void F();\n" * 100 + "};\n")
        self.assertEqual(budgets.check(self.root), [])


class BuiltTest(CheckTest):
    def compile_commands(self, left_out=()):
        entries = [{"directory": self.root, "file": path} for path in GOOD
                   if path.endswith(".cc") and path not in left_out]
        with open(os.path.join(self.root, "compile_commands.json"), "w", encoding="utf-8") as file:
            json.dump(entries, file)

    def test_the_good_tree_is_clean(self):
        self.compile_commands()
        self.assertEqual(built.check(self.root, self.root), [])

    def test_a_test_that_is_not_built(self):
        self.compile_commands(left_out={"tests/base/a_test.cc"})
        self.assert_problem(built.check(self.root, self.root), "tests/base/a_test.cc", "is not built")

    def test_a_source_that_is_not_built(self):
        self.compile_commands(left_out={"store/s.cc"})
        self.assert_problem(built.check(self.root, self.root), "store/s.cc", "is not built")

    def test_a_test_without_tests(self):
        self.compile_commands()
        self.put("tests/base/a_test.cc", "// TEST(A, B) {}\nint x;\n")
        self.assert_problem(built.check(self.root, self.root), "tests/base/a_test.cc", "has none")

    def test_a_gate_in_a_header(self):
        self.compile_commands()
        self.put("store/gate.h", '#pragma once\n#include "base/sabotage.h"\n')
        self.assert_problem(built.check(self.root, self.root), "store/gate.h", "includes base/sabotage.h")

    def test_a_gate_that_can_be_taken_out_of_what_is_shipped(self):
        self.compile_commands()
        path = os.path.join(self.root, "compile_commands.json")
        with open(path, encoding="utf-8") as file:
            entries = json.load(file)
        where = {"tests/sabotage/CMakeFiles/lw_store_sabotaged.dir/s.cc.o": 0, "store/CMakeFiles/lw_store.dir/s.cc.o": 1}
        for output, problems in where.items():
            entries[0]["command"] = f"c++ -DLEVELWIND_SABOTAGE=1 -o {output} -c s.cc"
            with open(path, "w", encoding="utf-8") as file:
                json.dump(entries, file)
            self.assertEqual(len(built.check(self.root, self.root)), problems)

    def test_a_folder_without_readme(self):
        self.compile_commands()
        os.remove(os.path.join(self.root, "store/README.md"))
        self.assert_problem(built.check(self.root, self.root), "store/", "has no README.md")


class WordsTest(CheckTest):
    def test_the_good_tree_is_clean(self):
        self.assertEqual(words.check(self.root), [])

    def test_each_rule(self):
        bad = {
            "a path of one machine": ("cd /wor" "k/main", "see /roo" "t/.ssh here"),
            "the host of a package": ("https://repo1.mave" "n.org/x", "http://deb.debia" "n.org/debian"),
            "a note of work left": ("// TO" "DO: later", "# FIX" "ME"),
            "a test that does not test": ("  GTEST_SK" "IP();", "TEST_F(A, DISABLE" "D_B) {"),
            "a merge conflict": ("<<<<<<" "< HEAD",),
        }
        self.assertEqual(len(bad), len(words.RULES), "a rule without a test")
        for part, lines in bad.items():
            for line in lines:
                self.put("store/t.txt", f"fine\n{line}\n")
                self.assert_problem(words.check(self.root), "store/t.txt:2", part)

    def test_words_that_only_look_alike(self):
        self.put("store/t.txt", "$dir/work/x network/root/y /rootless /workers\n")
        self.assertEqual(words.check(self.root), [])


class FormatTest(CheckTest):
    SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/check-format")

    @unittest.skipUnless(shutil.which("clang-format-14"), "without clang-format 14 the script checks nothing")
    def test_an_unformatted_file(self):
        subprocess.run(["git", "init", "-q", self.root], check=True)
        shutil.rmtree(os.path.join(self.root, "tests"))
        for path in GOOD:
            if path.endswith(tree.CPP) and not path.startswith("tests/"):
                self.put(path, "int x;\n")
        environment = dict(os.environ, CHECK_FORMAT_ROOT=self.root)
        run = lambda: subprocess.run([self.SCRIPT], env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(run().returncode, 0)
        self.put("store/t.cc", "int   x ;\n")
        result = run()
        self.assertEqual(result.returncode, 1)
        self.assertIn("store/t.cc", result.stdout)


class TreeTest(unittest.TestCase):
    def test_comments_and_literals_are_no_code(self):
        text = 'a /* b\n c */ d // e\n"f\\"g" R"(h "i" )" \'j\' 1\'000\n'
        code = tree.code_only(text)
        self.assertEqual(code.count("\n"), text.count("\n"))
        self.assertEqual("".join(code.split()), "ad1'000")


class CanaryTest(CheckTest):
    """Planted secrets are found, in every form and kind of file; a silent program is a problem."""

    SECRETS = [canary.MARKER, "pencil", "wJalr/K7+MDENG="]

    def logs(self, files):
        folder = tempfile.mkdtemp(prefix="levelwind-canary-")
        self.addCleanup(shutil.rmtree, folder)
        for name, content in files.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        return folder

    def planted(self, content, name="a_test.17.log"):
        return canary.search(self.logs({name: b"2026 info x: before " + content + b" after\n"}), self.SECRETS)

    def test_clean_logs_are_clean(self):
        self.assertEqual(self.planted(b"nothing of interest"), [])

    def test_each_secret_is_found_as_it_is(self):
        for secret in (canary.MARKER + "password", *self.SECRETS[1:]):
            problems = self.planted(secret.encode())
            self.assertEqual(len(problems), 1, secret)
            self.assertIn("as it is", problems[0])
            self.assertNotIn(secret, problems[0])

    def test_base64_at_every_alignment_and_alphabet(self):
        for secret in (canary.MARKER + "x", *self.SECRETS[1:]):
            for before in (b"", b"u", b"us", b"use", b"\0alice\0"):
                for encode in (base64.b64encode, base64.urlsafe_b64encode):
                    problems = self.planted(encode(before + secret.encode() + b"\xff\xfe\xfd"))
                    self.assertTrue(any("base64" in p for p in problems), (secret, before))

    def test_hex_and_percent(self):
        for secret in (canary.MARKER + "x", *self.SECRETS[1:]):
            raw = secret.encode()
            for text in (raw.hex(), raw.hex().upper()):
                self.assertTrue(any("in hex" in p for p in self.planted(text.encode())), secret)
            for text in (urllib.parse.quote(secret, safe=""), "".join(f"%{b:02x}" for b in raw)):
                self.assertTrue(self.planted(text.encode()), secret)

    def test_journals_and_other_files_are_looked_at(self):
        path = os.path.join(self.logs({}), "daemon.3.state.db")
        with sqlite3.connect(path) as journal:
            journal.execute("create table t (v blob)")
            journal.execute("insert into t values (?)", (canary.MARKER.encode() + b"password",))
        journal.close()
        self.assertEqual(len(canary.search(os.path.dirname(path), self.SECRETS)), 1)

    def test_files_that_were_not_kept_are_told(self):
        problems = self.planted(b"/tmp/x/state.db", "a_test.9.not-kept.txt")
        self.assertIn("could not be looked at", problems[0])

    def test_a_program_without_trace_lines_is_told(self):
        logs = self.logs({"a_test.17.log": b"2026-01-01T00:00:00.000Z trace test: A.B\n",
                          "b_test.18.log": b"2026-01-01T00:00:00.000Z info test: A.B\n"})
        self.assertEqual(canary.silent(logs, {"a_test"}), [])
        for program in ("b_test", "c_test"):
            problems = canary.silent(logs, {"a_test", program})
            self.assertEqual(len(problems), 1)
            self.assertTrue(problems[0].startswith(program + ": left no line at trace level"))

    def test_a_test_that_this_machine_cannot_run_needs_no_trace(self):
        report = os.path.join(self.logs({}), "report.xml")
        with open(report, "w", encoding="utf-8") as file:
            file.write('<testsuite><testcase name="ran" status="run"/>'
                       '<testcase name="lacks" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>'
                       '<testcase name="off" status="disabled"><skipped message="Disabled"/></testcase></testsuite>')
        self.assertEqual(canary.skipped_tests(report), {"lacks"})

    def test_a_secret_without_the_marker_is_told(self):
        known = ["pencil"]
        for good in ('Secret("pencil")', f'Secret("{canary.MARKER}x")', 'Secret("abc")', "Secret(kPassword)"):
            self.put("tests/base/a_test.cc", f"auto x = {good};\n")
            self.assertEqual(canary.unregistered(self.root, known), [], good)
        for bad in ('Secret("hunter2")', 'kPassword = "hunter2"', 'x("aws_secret_access_key=hunter2")',
                    '{"AWS_SECRET_ACCESS_KEY", "hunter2"}', 'R"({"access_token":"hunter2"})"'):
            self.put("tests/base/a_test.cc", f"auto x = {bad};\n")
            self.assert_problem(canary.unregistered(self.root, known), "tests/base/a_test.cc", "a secret without")


class ClusterScript(unittest.TestCase):
    """A fresh machine has only what scripts/setup left there, so both must mean the same file by it."""

    def test_the_cluster_script_looks_for_the_stamp_that_setup_leaves(self):
        scripts = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts")
        with tempfile.TemporaryDirectory() as cache:
            env = {key: value for key, value in os.environ.items() if not key.startswith("LEVELWIND_")}
            env["LEVELWIND_CACHE"] = cache
            stamp = subprocess.run(["bash", "-c", '. "$1/lib/env.sh" && printf %s "$LEVELWIND_KAFKA_STAMP"', "-", scripts],
                                   env=env, check=True, capture_output=True, text=True).stdout
            find = [sys.executable, "-B", "-c",
                    "import importlib.machinery as m; print(m.SourceFileLoader('c', 'kafka-cluster').load_module().kafka_home())"]
            missing = subprocess.run(find, cwd=scripts, env=env, capture_output=True, text=True)
            self.assertIn("run scripts/setup", missing.stderr)
            os.makedirs(os.path.dirname(stamp))
            open(stamp, "w").close()
            found = subprocess.run(find, cwd=scripts, env=env, capture_output=True, text=True)
            self.assertEqual(found.stdout.strip(), os.path.dirname(stamp), found.stderr)


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=1).result.wasSuccessful() else 1)
