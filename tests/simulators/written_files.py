"""Files of text to read."""

import gzip


def written(folder, text, name="file.tsv"):
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path
