"""Runs scripts/lowpoint_check.py on many cases in one process.

Standard input: one JSON object on each line, {"data": path, "model": path, "certificate": text, "options": {…}}. Each
character of `certificate` is one byte (0 to 255), so that damaged bytes can be given too. Options: `targets`, `hidden`,
`output`, `decay`, and as text the rationals `negative_slope`, `weight_decay`, `sklearn_alpha`, each optional. Standard output: one JSON object for each, in order:
{"kind": accepted|rejected|malformed|unreadable|not checked, "place": …, "rule": …, "text": …}. Files are read once while the same
ones recur one after the other.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
sys.dont_write_bytecode = True
import lowpoint_check  # noqa: E402


def main():
    last, problem = None, None
    for line in sys.stdin:
        case = json.loads(line)
        options = case.get("options") or {}
        files = case["data"], case["model"], options
        if files != last:
            last, problem = files, loaded(*files)
        outcome = problem
        if not isinstance(problem, lowpoint_check.Outcome):
            outcome = lowpoint_check.check_problem(problem, case["certificate"].encode("latin-1"))
        print(json.dumps({"kind": outcome.kind, "place": outcome.place, "rule": outcome.rule, "text": outcome.text}))


def loaded(data, model, options):
    """The problem, or the outcome where the files cannot be read."""
    numbers = {"negative_slope", "weight_decay", "sklearn_alpha"} & set(options)
    options = dict(options, **{name: lowpoint_check.rational(options[name]) for name in numbers})
    try:
        return lowpoint_check.load(data, model, options)
    except lowpoint_check.Unreadable as error:
        return lowpoint_check.Outcome("unreadable", text=str(error))


if __name__ == "__main__":
    main()
