"""The numbers that the paper printed, to compare with ours."""

from __future__ import annotations

import pandas as pd

TABLE_1 = pd.DataFrame(
    {
        "S_dist": [0.0000, 0.9109, 0.0449, 0.0587, 0.8145],
        "S_dend": [-0.0002, 0.5197, 0.0444, 0.0223, 0.3872],
        "S_TF-TG": [0.2299, 0.9143, 0.2134, 0.1838, 0.8386],
        "S_TG-TG": [-0.0132, 0.9467, 0.2594, 0.1930, 0.8734],
    },
    index=pd.Index(["Random", "Real (train)", "SynTReN", "GeneNetWeaver", "GAN"], name="data"),
)
"""Table 1 of :cite:t:`vinas2022adversarial`: *E. coli*, M3D, 907 chips x 1,076 genes. Another data set than PRECISE,
another split (some replicates on both sides), and the GAN's best epoch chosen on the test data."""

HUMAN = pd.DataFrame(
    {
        "S_dist": [0.947, 0.920],
        "S_dend": [0.222, 0.215],
        "tissue AUC": [0.9986, 0.9884],
        "tissue F1": [0.9860, 0.9222],
        "cancer AUC": [0.9997, 0.9992],
        "cancer F1": [0.9939, 0.9893],
    },
    index=pd.Index(["Real (train)", "GAN"], name="data"),
)
"""
The paper's human data: GTEx and TCGA, 18,154 genes, 6,860 training and 2,287 test samples, 15 tissues
:cite:p:`vinas2022adversarial`. AUC and F1 are of classifiers trained on the named data and tested on real samples.
"""

HUMAN_SPREAD = pd.DataFrame(
    {
        "tissue AUC": [0.0003, 0.0010],
        "tissue F1": [0.0007, 0.0040],
        "cancer AUC": [0.0001, 0.0001],
        "cancer F1": [0.0005, 0.0009],
    },
    index=HUMAN.index,
)
"""What the paper prints after ± beside the AUC and F1 of `HUMAN`: over five trainings of the classifier."""

DRIVERS = (
    "TP53", "PIK3CA", "PTEN", "KRAS", "NRAS", "BRAF", "ARID1A", "RB1", "CDKN2A", "CTNNB1", "NF1", "FBXW7", "EGFR",
    "ERBB2",
)  # fmt: skip
"""Fourteen cancer driver genes of :cite:t:`bailey2018comprehensive`, for Figure 2. The paper does not name its own."""

NOTEBOOK_GENES = (
    "TP53", "TNF", "VEGFA", "APOE", "IL6", "TGFB1", "MTHFR", "ESR1", "AKT1", "HBB", "CD4", "GRB2",
)  # fmt: skip
"""The twelve genes for which the authors' own notebook draws Figure 2."""

COHORT = pd.Series({"samples": 9147, "genes": 18154, "tissues": 15, "tumour types": 19}, name="the paper")
"""The paper's human cohort: samples, genes and tissues as it prints them; the TCGA studies with tumours among the 52
tables that its code reads."""
