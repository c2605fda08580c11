import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.wgan import PRESETS


@pytest.fixture
def small():
    """Forty samples of twelve correlated genes that depend on two covariates, in a training and a validation part."""
    rng = np.random.default_rng(5)
    obs = pd.DataFrame(
        {"medium": rng.choice(["LB", "M9"], 40), "temperature": rng.choice([30.0, 37.0], 40)},
        index=[f"s{i}" for i in range(40)],
    )
    x = rng.normal(size=(40, 3)) @ rng.normal(size=(3, 12)) + 0.3 * rng.normal(size=(40, 12))
    x += 2.0 * (obs["medium"] == "LB").to_numpy()[:, None] + 8
    data = AnnData(x.astype(np.float32), obs=obs, uns={"provenance": {"unit": "log2(TPM + 1)"}})
    data.var["symbol"] = [f"gene{i}" for i in range(12)]
    return data[:28].copy(), data[28:].copy()


@pytest.fixture
def quick():
    """The paper's generator, small."""
    sizes = {"latent_dim": 3, "hidden": (8, 8), "epoch_updates": 0, "epochs": 6, "evaluate_every": 2, "batch_size": 8}
    return PRESETS["paper_ecoli"].replace(embedding_scale=1.0, score_draws=5, patience=20, **sizes)


@pytest.fixture(params=["noise only", "full"])
def quick_model(quick, request):
    """The same with what the project adds, and a schedule that does not depend on the number of epochs."""
    changes = {"transform": "normal scores", "gene_noise_temperature": 0.9, "score": "balanced", "critic_warmup": 3}
    return quick.replace(factor_model=request.param, averaging=0.9, **changes)
