"""
The costs of a training on a million samples, from rates that larger_than_memory.py measured, and from assumptions.

    python benchmarks/large_data_cost.py          # after larger_than_memory.py --genes 18000, its output in results/

Prints the table of book/howto/large_data.md, and writes the one beside it, larger_than_memory.csv.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PAGE = RESULTS.parents[1] / "book/howto/larger_than_memory.csv"
SAMPLES, GENES, BATCH = 1_000_000, 18_000, 32  # the size of ARCHS4
ITERATIONS = 100_000  # about three epochs, and the order of what the book's human model takes to its best score
DISK_PRICE = 0.10  # dollars for a GB and month: an assumption
CPU_PRICE = 0.10  # dollars an hour for two cores and 4 GB: an assumption
GPU_PRICE = 3.00  # dollars an hour: an assumption
GPU_STEP = 0.005  # seconds of an iteration, without the reading: an assumption, which bench_gpu.py can measure


def measured() -> dict[str, float]:
    """Read the rates of the reference run, by the clock: bytes a second of a pass, seconds of an iteration."""
    run = (RESULTS / "larger_than_memory_18000.txt").read_text(encoding="utf-8")
    statistics, reading = (1e6 * float(clock) for clock in re.findall(r"([\d.]+) MB/s +[\d.]+ MB/s", run))
    steps = [1e-3 * float(clock) for clock in re.findall(r"reading and training.* ([\d.]+) ms +[\d.]+ ms", run)]
    return {"statistics": statistics, "reading": reading, "step": sum(steps) / len(steps)}


def costs() -> list[tuple[str, str, str]]:
    """Return the rows of the table: what, how it is computed, how much."""
    rate, size = measured(), 4 * SAMPLES * GENES
    share = 4 * BATCH * GENES / rate["reading"]
    rows = [
        ("size on the disk", f"{SAMPLES:,} samples x {GENES:,} genes x 4 bytes", f"{size / 1e9:.0f} GB"),
        ("the disk, a month", f"{size / 1e9:.0f} GB x ${DISK_PRICE:.2f}", f"${size / 1e9 * DISK_PRICE:.2f}"),
        (
            "statistics, one pass",
            f"{size / 1e9:.0f} GB / {rate['statistics'] / 1e6:.0f} MB/s",
            f"{size / rate['statistics'] / 60:.0f} min",
        ),
        ("iterations of an epoch", f"{SAMPLES:,} / {BATCH}", f"{SAMPLES / BATCH:,.0f}"),
        (
            "reading a minibatch",
            f"{4e-6 * BATCH * GENES:.1f} MB / {rate['reading'] / 1e6:.0f} MB/s",
            f"{1e3 * share:.1f} ms",
        ),
    ]
    cpu = "training on one CPU core", f"{ITERATIONS:,} x {1e3 * rate['step']:.0f} ms", rate["step"], CPU_PRICE
    gpu_step = f"{ITERATIONS:,} x ({1e3 * GPU_STEP:.0f} + {1e3 * share:.1f}) ms"
    for what, arithmetic, step, price in [cpu, ("training on a GPU", gpu_step, GPU_STEP + share, GPU_PRICE)]:
        hours = ITERATIONS * step / 3600
        rows += [(what, arithmetic, f"{hours:.2f} h"), ("", f"{hours:.2f} h x ${price:.2f}", f"${hours * price:.2f}")]
    return rows


def rates() -> list[list[str]]:
    """Return what both runs measured by the clock, as rows of a table, its head first."""
    sizes, found = [], {}
    for genes in (2_000, 18_000):
        run = (RESULTS / f"larger_than_memory_{genes}.txt").read_text(encoding="utf-8")
        sizes.append(re.search(r"[\d,]+ samples x [\d,]+ genes", run)[0])
        name = ""
        for what, clock in re.findall(r"^(.{50}) +(\S+ \S+) +\S+ \S+$", run, re.MULTILINE):
            name = what.strip() or f"{name.split(',')[0]}, rate"
            found.setdefault(name, []).append(clock)
        found.setdefault("peak memory of the process", []).append(re.search(r"peak memory (\S+ MB)", run)[1])
    return [["By the clock", *sizes], *([name, *values] for name, values in found.items())]


def table() -> str:
    """Return the rows in Markdown."""
    lines = ["| what | arithmetic | result |", "| --- | --- | --- |"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in costs())])


if __name__ == "__main__":
    print(table())
    with PAGE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rates())
