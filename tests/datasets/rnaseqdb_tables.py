"""Three small tables in the format of RNAseqDB."""

import gzip

from gexlib.datasets.sex import Y_LINKED

GENES = ["TP53", "NA", *Y_LINKED, "A1BG"]
MALE, FEMALE = [9, 400, 1000, 700, 300], [9, 0, 0.5, 0, 0]  # NA and the Y-linked genes
BLADDER = {"GTEX-S3XE-1226-SM-4AD4L": [1.25, *MALE, 7], "GTEX-U4B1-1226-SM-4DXT7": [20, *FEMALE, 0]}
TUMOUR = {"TCGA-CU-A0YN-01A-11R-A10U-07": [3, *MALE, 1], "TCGA-BT-A20N-01A-11R-A14Y-07": [0.01, *FEMALE, 1e4]}
NORMAL = {"TCGA-CU-A0YN-11A-11R-A10U-07": [5, *MALE, 2]}
GTEX_FILE = "bladder-rsem-fpkm-gtex.txt.gz"
TUMOUR_FILE = "blca-rsem-fpkm-tcga-t.txt.gz"
NORMAL_FILE = "blca-rsem-fpkm-tcga.txt.gz"


def text_of(samples, genes=GENES):
    rows = [["Hugo_Symbol", "Entrez_Gene_Id", *samples]]
    rows += [[gene, str(i), *(f"{values[i]:g}" for values in samples.values())] for i, gene in enumerate(genes)]
    return "".join("\t".join(row) + "\n" for row in rows)


def write(path, text):
    path.write_bytes(gzip.compress(text.encode("utf-8", "surrogateescape")))
