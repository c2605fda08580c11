"""
Turn the JSON of a run of the benchmarks into the two tables that the book shows.

    pytest benchmarks --benchmark-json=benchmarks.json
    python benchmarks/table.py benchmarks.json                       # into book/howto/
    python benchmarks/table.py benchmarks.json full.json --into .    # several runs on one machine, elsewhere
    python benchmarks/table.py gpu.json --prefix gpu_                # names of their own, for another machine

Writes benchmarks.csv, a row for each benchmark with its median, least and largest time, and machine.csv, which
describes the machine. Then `python benchmarks/speed_figure.py` draws the ratios.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pandas as pd

BOOK = Path(__file__).parents[1] / "book/howto"
CLOCKS = {"perf_counter": "wall clock", "process_time": "processor time"}


def rows(report: dict) -> pd.DataFrame:
    """Return a row for each benchmark, those of a group together, the reference of the group last."""
    found = []
    for one in report["benchmarks"]:
        times, info = one["stats"], one["extra_info"]
        columns = info.get("columns", {})
        found.append(
            {
                "Task": one["group"],
                "By": f"{one['group']}: {info['what']}",
                **{name.capitalize(): times[name] for name in ("median", "min", "max")},
                "Repeats": times["rounds"],
                "Also": "; ".join(f"{name}: {value}" for name, value in columns.items()),
                "reference": info["reference"],
            }
        )
    table = pd.DataFrame(found)
    plain = table[table["reference"]].set_index("Task")["Median"]
    ratio = table["Task"].map(plain) / table["Median"]
    table.insert(6, "Times faster", [f"{v:.1f}" if v == v else "" for v in ratio])
    table = table.sort_values(["reference"], kind="stable").sort_values("Task", kind="stable", key=_first_seen)
    for name in ("Median", "Min", "Max"):
        table[name] = [duration(v) for v in table[name]]
    return table.drop(columns=["reference", "Task"]).rename(columns={"By": "Task"})


def _first_seen(tasks: pd.Series) -> pd.Series:
    return tasks.map({task: i for i, task in reversed(list(enumerate(tasks)))})


def duration(seconds: float) -> str:
    """Return a time with three digits, in seconds or milliseconds."""
    return f"{seconds:#.3g} s" if seconds >= 1 else f"{seconds * 1e3:#.3g} ms".replace(". ms", " ms")


def machine(report: dict) -> pd.DataFrame:
    """Return a description of the machine that the benchmarks ran on, and of its clock."""
    shown = dict(report["machine_info"]["shown"])
    timers = {one["options"]["timer"] for one in report["benchmarks"]}
    shown["clock"] = ", ".join(sorted(CLOCKS.get(timer, timer) for timer in timers))
    shown["date"] = report["datetime"][:10]
    return pd.DataFrame(shown.items(), columns=["", "This run"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", nargs="+", type=Path)
    parser.add_argument("--into", type=Path, default=BOOK, metavar="FOLDER")
    parser.add_argument("--prefix", default="", help="of the names of the tables")
    options = parser.parse_args()
    report, *others = (json.loads(path.read_text(encoding="utf-8")) for path in options.reports)
    for other in others:
        if other["machine_info"]["shown"] != report["machine_info"]["shown"]:
            parser.error("the reports are of different machines, threads or versions; make a table of each")
        report["benchmarks"] += other["benchmarks"]
    rows(report).to_csv(options.into / f"{options.prefix}benchmarks.csv", index=False)
    machine(report).to_csv(options.into / f"{options.prefix}machine.csv", index=False)


if __name__ == "__main__":
    main()
