"""A small regulatory network, for tests of the metrics that use one."""

NAMES = [f"g{i}" for i in range(60)]
REGULONS = {
    "g0": NAMES[1:13],
    "g1": ["g1", "g20", "g21", "absent"],  # regulates itself
    "g2": ["g5"],
    "g3": NAMES[30:38],
    "g4": NAMES[2:58],  # all but four genes
    "gone": ["g1"],
}
