"""
Train the authors' own code, and draw samples from it, in the environment in which TensorFlow is installed.

    TF/bin/python benchmarks/authors_training.py CLONE FOLDER SEED

human_reference.py calls this. CLONE is a clone of https://github.com/rvinas/adversarial-gene-expression, whose
``tf_utils.py`` is imported as it is. FOLDER/train.npz holds ``x`` (samples x genes), ``levels`` (codes of the
categorical covariates) and ``numbers`` (numerical ones) of the training samples. It has the same of the validation
samples (``validation_x``, ...), and the covariates of the samples to draw (``wanted_levels``, ``wanted_numbers``).
FOLDER/drawn.npz gets ``x``, the ``seconds`` of the processor, the ``epochs`` and the ``best epoch``. Settings are those
of the authors' script for GTEx and TCGA. But validation samples, not those of the test, stop the training and choose
its epoch.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ |= {"TF_USE_LEGACY_KERAS": "1", "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}

import numpy as np
import tensorflow as tf

LATENT, HIDDEN, RATE, BATCH, EPOCHS = 64, [256, 256], 5e-4, 32, 2000


def main(clone: str, folder: str, seed: str) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.keras.utils.set_random_seed(int(seed))
    sys.path.insert(0, clone)
    import tf_utils

    with np.load(Path(folder) / "train.npz") as file:
        given = {name: file[name] for name in file.files}
    os.chdir(folder)  # checkpoints and logs go there
    mean, sd = given["x"].mean(axis=0), given["x"].std(axis=0)
    sd[sd == 0] = 1
    x, real = ((given[name] - mean) / sd for name in ("x", "validation_x"))
    levels = np.concatenate([given[f"{part}levels"] for part in ("", "validation_", "wanted_")])
    sizes = (levels.max(axis=0) + 1).tolist(), given["numbers"].shape[1]
    generator = tf_utils.make_generator(x.shape[1], *sizes, h_dims=HIDDEN, z_dim=LATENT)
    critic = tf_utils.make_discriminator(x.shape[1], *sizes, h_dims=HIDDEN)
    upper = np.triu_indices(x.shape[1], 1)
    real_correlations, best, scored = np.corrcoef(real, rowvar=False)[upper], [], []

    def drawn(gen, prefix: str) -> np.ndarray:
        return tf_utils.predict(given[f"{prefix}levels"], given[f"{prefix}numbers"], gen)

    def score(gen) -> float:
        made = np.corrcoef(drawn(gen, "validation_"), rowvar=False)[upper]
        scored.append(float(np.corrcoef(real_correlations, made)[0, 1]))
        return scored[-1]

    def keep() -> None:
        best[:] = generator.get_weights()

    start = time.process_time()
    tf_utils.train(
        x, given["levels"], given["numbers"], LATENT, EPOCHS, BATCH, generator, critic, score, keep,
        tf.keras.optimizers.RMSprop(RATE), tf.keras.optimizers.RMSprop(RATE), verbose=False,
    )  # fmt: skip
    seconds = time.process_time() - start
    generator.set_weights(best)
    made = drawn(generator, "wanted_") * sd + mean
    facts = {"seconds": seconds, "epochs": 5 * len(scored) - 4, "best epoch": 5 * int(np.argmax(scored)) + 1}
    np.savez("drawn.npz", x=made.astype(np.float32), **facts)


if __name__ == "__main__":
    main(*sys.argv[1:])
