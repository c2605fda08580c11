"""Wall time and peak memory of S_dist and S_dend at full size, each in a fresh process.

    python benchmarks/metrics_memory.py                           # the two cases in CASES
    python benchmarks/metrics_memory.py s_dend 18154 2287         # one case of your own

The peak is the resident memory of the whole process: Python, the libraries and the float32 data included.
"""

import json
import resource
import subprocess
import sys
import time

CASES = [("s_dist", 18_154, 2_000), ("s_dend", 5_000, 2_000)]


def measure(metric: str, n_genes: int, n_samples: int) -> dict[str, float]:
    """Score two simulated float32 data sets of shared structure; meant for a process of its own."""
    import numpy as np

    from gexlib import metrics

    loadings = np.random.default_rng(0).standard_normal((20, n_genes), dtype=np.float32)

    def simulated(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((n_samples, n_genes), dtype=np.float32)
        for rows in range(0, n_samples, 100):  # in pieces, so that making the data is not what is measured
            x[rows : rows + 100] += rng.standard_normal((len(x[rows : rows + 100]), 20), "f4") @ loadings
        return x

    real, synthetic = simulated(1), simulated(2)
    before = peak_mb()
    start = time.perf_counter()
    score = getattr(metrics, metric)(real, synthetic)
    seconds = time.perf_counter() - start
    return {"score": score, "seconds": seconds, "data_mb": before, "peak_mb": peak_mb()}


def peak_mb() -> float:
    """Peak resident memory of this process so far, in megabytes."""
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kibibytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main() -> None:
    """Print a table of the cases."""
    cases = [(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))] if len(sys.argv) == 4 else CASES
    row = "{:8} {:>7} {:>8} {:>8} {:>8} {:>9} {:>9}"
    print(row.format("metric", "genes", "samples", "score", "seconds", "data, MB", "peak, MB"))
    for case in cases:
        child = subprocess.run(
            [sys.executable, __file__, "--child", *map(str, case)], check=True, capture_output=True, text=True
        )
        r = json.loads(child.stdout)
        numbers = f"{r['score']:.4f}", f"{r['seconds']:.1f}", f"{r['data_mb']:.0f}", f"{r['peak_mb']:.0f}"
        print(row.format(*case, *numbers))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(measure(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
    else:
        main()
