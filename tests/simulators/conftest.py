import numpy as np
import pandas as pd
import pytest
from anndata import AnnData


@pytest.fixture
def train():
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(80, 3)) @ rng.normal(size=(3, 30)) + 5).astype(np.float32)
    var = pd.DataFrame({"symbol": range(30)}, index=[f"g{i}" for i in range(30)])
    return AnnData(x, var=var, uns={"provenance": {"source": "somewhere", "unit": "log2(TPM + 1)"}})
