#!/usr/bin/env python3
"""run.py NAME --root DIR [--build DIR]   One check of the repository (layering, budgets, built, words, named_tests,
secrets).
Prints a line per problem; the exit status is 0 only if there is none."""

import argparse
import sys

import budgets
import built
import canary
import layering
import named_tests
import words

CHECKS = {"layering": layering.check, "budgets": budgets.check, "words": words.check,
          "named_tests": named_tests.check,
          "secrets": lambda root: canary.unregistered(root, canary.listed())}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=[*CHECKS, "built"])
    parser.add_argument("--root", required=True)
    parser.add_argument("--build", help="a configured build directory (for 'built')")
    arguments = parser.parse_args()
    if arguments.name == "built":
        if not arguments.build:
            parser.error("'built' needs --build")
        problems = built.check(arguments.root, arguments.build)
    else:
        problems = CHECKS[arguments.name](arguments.root)
    for problem in problems:
        print(problem)
    print(f"{arguments.name}: {len(problems)} problems" if problems else f"{arguments.name}: clean")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
