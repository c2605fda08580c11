"""A simulated data set in which it is known which genes a condition moves and which ones a confounder moves."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import whole_number
from gexlib.explained import explained

LEVELS = {"condition": ("control", "treated"), "confounder": ("A", "B")}


@explained
class Confounded:
    r"""
    Expression data in which the truth is known: responders to a condition, and genes that only look like responders.

    With the condition :math:`c` and the confounder :math:`t` (a tissue, a batch), both 0 or 1, gene :math:`j` of
    sample :math:`i` is

    .. math:: x_{ij} = \mu_j + c_i \alpha_j + t_i \beta_j + h_i \gamma_j + w_j^\top f_i + \sigma \epsilon_{ij}.

    The effect :math:`\alpha_j` is not zero for the responders, the confounder's effect :math:`\beta_j` for another set
    of genes. The factors :math:`f_i` are standard normal and make genes correlate; the two samples of a donor share
    half of their variance. Each donor has one condition and one level of the confounder, which agree with the
    probability :math:`(1 + \rho) / 2`. At the strength :math:`\rho = 0` the two are independent; near 1 they can hardly
    be told apart. A second confounder :math:`h` is like the first, with its own strength and genes :math:`\gamma_j`,
    but nobody measured it: no column of the samples tells it.

    Parameters
    ----------
    n_genes, n_responders, n_confounded : int
        The numbers of all genes, of those that respond to the condition, and of those that the confounder moves.
    strength : float
        :math:`\rho`, from 0 up to less than 1; the correlation of condition and confounder.
    effect, confounder_effect : float
        Mean size of the effects. Each effect is drawn from half to one and a half times this size, with either sign.
    n_factors : int
        Dimensions of :math:`f`; loadings are normal, so that factors give a gene the variance 1 on average.
    noise : float
        :math:`\sigma`.
    seed : int
        Decides the truth: the means, loadings and effects.
    n_hidden : int
        The number of genes that the unmeasured confounder moves; 0 for none.
    hidden_strength, hidden_effect : float
        Its strength, as above, and the mean size of its effects.

    Attributes
    ----------
    var_ : DataFrame, one row a gene
        ``responder`` (bool), ``effect`` (:math:`\alpha`), ``confounder_effect`` (:math:`\beta`), ``hidden_effect``
        (:math:`\gamma`).

    Examples
    --------
    >>> data = Confounded(n_genes=20, n_responders=3, n_confounded=5, strength=0.8).simulate(40)
    >>> data.shape, int(data.var["responder"].sum())
    ((40, 20), 3)
    """

    def __init__(
        self,
        n_genes: int = 300,
        n_responders: int = 30,
        n_confounded: int = 60,
        strength: float = 0.0,
        effect: float = 0.8,
        confounder_effect: float = 1.6,
        n_factors: int = 5,
        noise: float = 0.7,
        seed: int = 0,
        n_hidden: int = 0,
        hidden_strength: float = 0.0,
        hidden_effect: float = 1.6,
    ) -> None:
        self.n_genes, self.n_factors = whole_number("n_genes", n_genes, 1), whole_number("n_factors", n_factors, 1)
        n_responders = whole_number("n_responders", n_responders, 0)
        n_confounded = whole_number("n_confounded", n_confounded, 0)
        self.n_hidden = n_hidden = whole_number("n_hidden", n_hidden, 0)
        if n_responders + n_confounded + n_hidden > n_genes:
            raise ValueError(
                f"{n_responders} responders, {n_confounded} confounded genes and {n_hidden} that the unmeasured "
                f"confounder moves are more than {n_genes}"
            )
        for name, v in {"strength": strength, "hidden_strength": hidden_strength}.items():
            if not 0 <= v < 1:
                raise ValueError(f"{name} must be from 0 to less than 1, not {v}")
        sizes = {"effect": effect, "confounder_effect": confounder_effect, "hidden_effect": hidden_effect}
        for name, v in (sizes | {"noise": noise}).items():
            if not 0 <= v < np.inf:
                raise ValueError(f"{name} must be a number of 0 or more, not {v}")
        self.hidden_strength = float(hidden_strength)
        self.strength, self.noise, self.seed = float(strength), float(noise), whole_number("seed", seed, 0)
        rng = np.random.default_rng(self.seed)
        order = rng.permutation(n_genes)
        alpha, beta = np.zeros(n_genes), np.zeros(n_genes)
        alpha[order[:n_responders]] = effect * _effects(n_responders, rng)
        beta[order[n_genes - n_confounded :]] = confounder_effect * _effects(n_confounded, rng)
        self._mean = rng.uniform(3, 9, n_genes)
        self._loadings = rng.normal(size=(n_factors, n_genes)) / np.sqrt(n_factors)
        gamma = np.zeros(n_genes)
        gamma[order[n_responders : n_responders + n_hidden]] = hidden_effect * _effects(n_hidden, rng)
        self.var_ = pd.DataFrame(
            {"responder": alpha != 0, "effect": alpha, "confounder_effect": beta, "hidden_effect": gamma},
            index=[f"gene{j}" for j in range(n_genes)],
        )

    def simulate(self, n_samples: int, seed: int = 0) -> AnnData:
        """
        Draw samples, two of each donor.

        Parameters
        ----------
        n_samples : int
            Number of samples.
        seed : int
            The same seed gives the same samples.

        Returns
        -------
        AnnData, n_samples x n_genes
            ``X`` float32, log-like expression; ``obs`` with ``condition`` (control, treated), ``confounder`` (A, B)
            and ``donor``; ``var`` with the truth, as in ``var_``.
        """
        n, rng = whole_number("n_samples", n_samples, 1), np.random.default_rng(whole_number("seed", seed, 0))
        donors = -(-n // 2)
        donor = np.arange(n) // 2
        treated = rng.permutation(np.arange(donors) % 2)
        agree = rng.random(donors) < (1 + self.strength) / 2
        confounder = np.where(agree, treated, 1 - treated)
        own, shared = rng.normal(size=(n, self.n_factors)), rng.normal(size=(donors, self.n_factors))
        factors = (own + shared[donor]) / np.sqrt(2)
        x = self._mean + factors @ self._loadings + self.noise * rng.normal(size=(n, self.n_genes))
        x += np.outer(treated[donor], self.var_["effect"]) + np.outer(confounder[donor], self.var_["confounder_effect"])
        hidden = np.where(rng.random(donors) < (1 + self.hidden_strength) / 2, treated, 1 - treated)
        x += np.outer(hidden[donor], self.var_["hidden_effect"])
        codes = {"condition": treated[donor], "confounder": confounder[donor]}
        obs = pd.DataFrame({name: pd.Categorical.from_codes(codes[name], levels) for name, levels in LEVELS.items()})
        obs["donor"] = [f"donor{d}" for d in donor]
        obs.index = [f"confounded_{i}" for i in range(n)]
        provenance = {
            "source": "gexlib.study.Confounded",
            "strength": str(self.strength),
            "hidden_strength": str(self.hidden_strength),
            "model_seed": str(self.seed),
            "seed": str(seed),
            "unit": "log-like",
        }
        return AnnData(x.astype(np.float32), obs=obs, var=self.var_.copy(), uns={"provenance": provenance})


def _effects(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw numbers of either sign between half and one and a half."""
    return rng.choice([-1.0, 1.0], n) * rng.uniform(0.5, 1.5, n)
