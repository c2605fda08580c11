"""The model as a user sees it: fit, sample, save, load."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import torch
from anndata import AnnData

from gexlib import __version__
from gexlib.checks import check_fitted, check_memory, expression_matrix, whole_number
from gexlib.datasets.registry import embedded
from gexlib.explained import explained
from gexlib.preprocess import CovariateEncoder, Covariates, SampleEncoder, kind_levels, to_expression, to_scores
from gexlib.wgan.counterfactual import check_switch, counterfactual
from gexlib.wgan.coupling import Coupling, fit_coupling
from gexlib.wgan.data.samples import digest, training_samples, validation_samples
from gexlib.wgan.decision import decision
from gexlib.wgan.device import choose_device, enough_memory, limited_threads
from gexlib.wgan.engine import ClosedForm
from gexlib.wgan.files import model as files
from gexlib.wgan.files.folder import CONFIG
from gexlib.wgan.files.training import Checkpoint
from gexlib.wgan.generation import SAMPLE_ROWS, generated_scores
from gexlib.wgan.measured import matched, switch_measured
from gexlib.wgan.networks import Generator
from gexlib.wgan.processes import Processes
from gexlib.wgan.row_draws import row_keys
from gexlib.wgan.settings import Settings, resolve
from gexlib.wgan.start import fitted_start
from gexlib.wgan.step import Autograd
from gexlib.wgan.train import train as run_training
from gexlib.wgan.validation_score import SCORES

PRETRAINED = ("ecoli", "gtex-tcga")
MOST_THREADS = 1024  # more than machines have processors; a million would exhaust the system
ENGINES = ("closed_form", "autograd")


@explained
class WGANGP:
    """
    Conditional WGAN-GP for gene expression :cite:p:`vinas2022adversarial`.

    A generator learns to turn a latent vector and the covariates of a sample into its expression profile; a
    critic learns to tell such profiles from real ones and thereby shows the generator what is missing.

    Parameters
    ----------
    categorical, numerical : sequence of str
        The covariates to condition on: columns of ``obs``.
    settings : Settings or str
        Architecture and training, or the name of a preset (:data:`gexlib.wgan.PRESETS`).
    seed : int
        Decides the first weights and every random number of the training. The same seed gives the same bits on
        the CPU, whatever the number of cores.
    unseen : {"error", "unknown"}
        What to do with a level of a categorical covariate that the training data do not have, see
        :class:`gexlib.preprocess.CovariateEncoder`.
    device : str
        Any device that PyTorch knows; ``"auto"`` takes a CUDA device if there is one, otherwise the CPU.
    threads : int
        CPU threads used in `fit` and `sample`, at most 1,024. More than one rarely makes networks of this size faster,
        and it makes them much slower if another process uses the second core.
    cuda_graphs : bool
        Whether, on a GPU, the engine ``"closed_form"`` replays its iterations from a recording. Without a recording,
        the CPU launches hundreds of small pieces of work for each iteration, and the GPU waits for the CPU.
    engine : {"closed_form", "autograd"}
        What computes the iterations of `fit`: gradients in closed form (:mod:`gexlib.wgan.engine`), which is faster, or
        plain PyTorch (:mod:`gexlib.wgan.step`), which can be read beside the paper. Both draw the same random numbers,
        and their trainings agree up to rounding.

    Attributes
    ----------
    history_ : DataFrame, one row an epoch
        The means of the losses, the critic's Wasserstein estimate, the gradient penalty, and the validation score
        (missing where none was computed). Epoch 0 is the fitted factor model, before any adversarial training.
    best_epoch_ : int
        The epoch whose networks the model kept; 0 if it kept the fitted factor model.
    best_score_ : float
        The score of that epoch on the validation samples (``settings.score``); NaN without validation samples.
    encoder_, standardizer_
        The fitted encoder of covariates, and the fitted transform of expression.
    generator_, critic_
        The networks of the best epoch. The critic is None if the model kept the fitted factor model, or was saved
        without its critic.
    var_ : DataFrame
        The genes.
    provenance_ : dict of str to str
        Where the training data came from.

    Raises
    ------
    TypeError, ValueError
        If an argument has another type, or a value that is not possible.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from anndata import AnnData
    >>> from gexlib.wgan import Settings, WGANGP
    >>> rng = np.random.default_rng(0)
    >>> obs = pd.DataFrame({"oxygen": ["yes", "no"] * 20}, index=[f"s{i}" for i in range(40)])
    >>> data = AnnData(rng.normal(5, 1, (40, 6)).astype("float32"), obs=obs)
    >>> gan = WGANGP(categorical=["oxygen"], settings=Settings(epochs=2, hidden=(8,)), device="cpu")
    >>> synthetic = gan.fit(data, progress=False).sample(obs, seed=1)
    >>> synthetic.shape
    (40, 6)
    """

    def __init__(
        self,
        categorical: Sequence[str] = (),
        numerical: Sequence[str] = (),
        settings: Settings | str = "default",
        seed: int = 0,
        unseen: str = "error",
        device: str = "auto",
        threads: int = 1,
        cuda_graphs: bool = True,
        engine: str = "closed_form",
    ) -> None:
        self.settings = resolve(settings)
        self.encoder_ = CovariateEncoder(categorical, numerical, unseen)
        self.seed, self.threads = whole_number("seed", seed, 0), whole_number("threads", threads, 1, MOST_THREADS)
        if engine not in ENGINES:
            raise ValueError(f"engine={engine!r} is not known; choose {' or '.join(map(repr, ENGINES))}")
        self.device, self.engine, self.cuda_graphs = choose_device(device), engine, cuda_graphs

    def fit(
        self,
        train: AnnData,
        validation: AnnData | None = None,
        checkpoint: str | Path | None = None,
        progress: bool | None = None,
    ) -> WGANGP:
        """
        Train the model.

        Every ``settings.evaluate_every`` epochs the generator makes ``settings.score_draws`` samples for the covariates
        of each validation sample, and these samples get a score (``settings.score``). The networks of the best score
        are kept. Training stops after ``settings.patience`` scores without a better one. If training fails, the model
        stays as it was.

        By default, a factor model is fitted first, and the networks must beat it on the validation samples
        (``settings.adversarial``); :attr:`decision_` tells what was kept. Without validation samples there is nothing
        to decide by, and the factor model is kept. With ``adversarial="always"``, training then goes through all
        epochs and keeps the last networks.

        Several processes train one model together if ``torch.distributed.init_process_group`` was called before
        (:mod:`gexlib.wgan.processes`). Give all of them the same arguments, and save the model in one of them.

        Data that do not fit into memory can stay on the disk: `train` and `validation` may be backed
        (``gexlib.datasets.read(path, backed=True)``, or a view of that). Samples are then shuffled by blocks
        (:mod:`gexlib.wgan.data.on_disk`), and the scores use at most 2,000 validation samples, evenly spread.

        Parameters
        ----------
        train, validation : AnnData
            Samples x genes on a scale where z-scores make sense, such as ``log2(TPM + 1)``; the same genes in the
            same order. The two must not share replicates or donors (:func:`gexlib.preprocess.split_groups`).
        checkpoint : path, optional
            A folder in which the training is saved at every evaluation. If it already holds a part of this very
            training (same data, settings and seed), the training goes on from there. The result is then the same as
            without an interruption, on the CPU bit for bit. A larger ``epochs`` continues a finished training.
        progress : bool, optional
            Show a progress bar; by default only on a terminal.

        Returns
        -------
        WGANGP
            The model itself.

        Raises
        ------
        ValueError
            If the data do not fit the model (missing values, other genes, unknown levels), or `checkpoint` holds
            another training; the message says what differs.
        FloatingPointError
            If training diverges; the checkpoint of the last good evaluation stays as it is.
        MemoryError
            If the device has too little memory.
        OSError
            If the checkpoint cannot be written, as on a full disk; the one before stays as it is.
        """
        covariates = CovariateEncoder(self.encoder_.categorical, self.encoder_.numerical, self.encoder_.unseen)
        encoder = SampleEncoder(covariates, self.settings.transform, self.seed, self.settings.kinds)
        samples, data = training_samples(train, encoder)
        x_val, covariates_val = (None, None) if validation is None else validation_samples(validation, encoder)
        if x_val is not None:
            draws = self.settings.score_draws
            check_memory(
                f"score_draws={draws} for {len(x_val):,} validation samples", 4 * draws * x_val.size, "give less"
            )
        run = {
            "settings": self.settings.to_dict(),
            "seed": self.seed,
            "threads": self.threads,
            "covariates": covariates.to_dict(),
            "training data": data,
            "validation data": None if x_val is None else digest(x_val, *covariates_val),
        }

        def score(generator: Generator) -> np.ndarray:
            wanted = Covariates(*(np.repeat(a, self.settings.score_draws, axis=0) for a in covariates_val))
            try:
                scores = generated_scores(generator, wanted, self.settings, self.seed)
            except FloatingPointError:
                return np.array([np.nan])
            return SCORES[self.settings.score](x_val, to_expression(encoder.standardizer, scores, wanted))

        processes = Processes.joined(self.device)
        saved = Checkpoint(checkpoint, run, processes)
        with limited_threads(self.threads), saved.explained(self.device):
            state = fitted_start(self.settings, encoder, samples, self.seed, self.device)
            saved.restore(state)
            if self.engine == "closed_form":
                step = ClosedForm(state, self.settings, processes, self.cuda_graphs)
            else:
                step = Autograd(state, self.settings, processes)
            shown = progress if processes.is_first else False
            run_training(step, samples.to(self.device), None if x_val is None else score, saved.save, shown)
        if not state.best:
            raise FloatingPointError("no evaluation gave a finite score; training diverged. Lower learning_rate")
        state.load_networks(state.best)
        step.release()
        self.encoder_, self.standardizer_ = covariates, encoder.standardizer
        self.var_, self.provenance_ = encoder.var_, encoder.provenance_
        self.generator_, self.critic_ = state.generator, state.critic if state.best_epoch else None
        self.history_ = files.history_frame(state.history)
        self.best_epoch_ = state.best_epoch
        self.best_score_ = float(state.best_score) if x_val is not None else float("nan")
        return self

    def sample(self, obs: pd.DataFrame, seed: int = 0) -> AnnData:
        """
        Generate one sample for each row of a covariate table.

        Parameters
        ----------
        obs : DataFrame
            One row a sample, with at least the model's covariates. Repeat a row to get more samples of its kind.
        seed : int
            Seed of the latent vectors and the gene noise, which are the same on every device. Each row has random
            numbers of its own, which follow from the seed and the row's name. So a row's sample does not depend on the
            other rows: on the CPU not in a bit, if there are 12 genes or more; otherwise up to the rounding of single
            precision, about 1e-5. Rows of the same name are told apart by their order.

        Returns
        -------
        AnnData, n_samples x n_genes
            ``X`` float32 in the units of the training data; ``obs`` a copy of `obs`; ``var`` as in training. A gene
            that is constant in the training data is constant here.

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        ValueError
            If a covariate is absent or has a level that the training data do not have; the message lists the levels.
        FloatingPointError
            If the samples are not finite, or beyond all data: the training has diverged.
        MemoryError
            If the device has too little memory.
        """
        self._check_fitted()
        covariates = self.encoder_.transform(obs)
        fewer = enough_memory(self.device, "give fewer rows of obs at a time")
        with limited_threads(self.threads), torch.no_grad(), fewer:
            seed, keys = whole_number("seed", seed, 0), row_keys(obs.index)
            scores = generated_scores(self.generator_, covariates, self.settings, seed, keys)
        named = obs.set_axis(anndata.utils.make_index_unique(obs.index.astype(str)))
        made = AnnData(to_expression(self.standardizer_, scores, covariates), obs=named, var=self.var_.copy())
        made.uns["provenance"] = {
            "source": f"gexlib.WGANGP {__version__}",
            "seed": str(seed),
            "model_seed": str(self.seed),
            "model_epoch": str(self.best_epoch_),
            "unit": self.provenance_.get("unit", "that of the training data"),
        } | {f"training_{name}": value for name, value in self.provenance_.items()}
        return made

    def counterfactual(
        self,
        obs: pd.DataFrame | AnnData,
        by: str,
        value: str | float,
        reference: str | float | None = None,
        n: int = 1000,
        seed: int = 0,
        coupling: float | Coupling = 0.0,
        level: float = 0.9,
    ) -> pd.DataFrame | AnnData:
        """
        Switch one covariate, of drawn samples or of measured ones, and tell how each gene changes.

        *Drawn samples*, from a covariate table. A run takes a row of `obs` and a latent vector. It generates a profile
        with the covariate at `reference`, and another with it at `value`, from the same latent vector and the same
        other covariates. It keeps the difference of the two :cite:p:`vinas2022adversarial`.

        *Measured samples*, from an AnnData. The latent vector and the gene noise of each are inferred
        (:mod:`gexlib.wgan.abduction`), the covariate is switched, and the profile is predicted with an interval. What
        carries over from one condition to the other is `coupling`. **Without pairs of samples that were measured in
        both conditions, nobody can know it. The answer is then about populations**: with the default 0, how samples of
        this kind look in the other condition. With 1, the paper's clamped latent vector, all of the state carries over.
        Patients measured twice refute that. From such pairs, :meth:`fit_coupling` learns it.

        A sample may be of a level that training samples do not have, such as a new study, if the model was made with
        ``unseen="unknown"``. Then part of its state is the effect of this level, which stays, and intervals are as wide
        as levels differ (:mod:`gexlib.wgan.new_levels`).

        Either is what the *model* says of a change of its input. It is the effect of an intervention only under two
        conditions: the model's covariates hold everything that moves both the switched covariate and the genes, and
        the training data have both levels for such rows.

        Parameters
        ----------
        obs : DataFrame or AnnData
            Rows with the model's covariates, used in random order, each equally often. Or measured samples: in the unit
            and the normalisation of the training data, with the model's genes, in any order (others are left out).
        by : str
            The covariate to switch.
        value, reference : str or float
            What to switch to and from: levels of a categorical covariate, or numbers for a numerical one. Without a
            `reference` each row starts from its own level. Rows that already have `value` are left out; a measured
            sample that has it already is given back.
        n : int
            Number of runs, 2 or more. They take 4 n bytes of memory for each gene. For a table only.
        seed : int
            Decides the order of the rows and the latent vectors. For a table only.
        coupling : float or Coupling
            For measured samples: the share of the latent vector and of the gene noise that carries over, from 0 to 1,
            or what :meth:`fit_coupling` returned.
        level : float
            For measured samples: the probability with which the interval should hold the value.

        Returns
        -------
        DataFrame, one row a gene, for a table
            ``effect``, the mean difference in the unit of the training data; ``sd`` over the runs and ``se``, the
            standard error of the mean; ``low`` and ``high``, the 2.5th and 97.5th percentiles of the runs; ``z``,
            effect over sd, which does not grow with `n`. ``attrs`` says what was switched, and in how many rows.
        AnnData, n_samples x n_genes, for measured samples
            ``X`` the expected profile in the unit of the training data; the layers ``low`` and ``high`` the ends of the
            interval; ``obs`` with the new level; ``uns["counterfactual"]`` what was switched, the coupling, and whether
            this is about populations or patients.

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        ValueError
            If the model has no such covariate, the covariate has no such level, `value` equals `reference`, or no row
            can be switched. For measured samples: if genes are missing, values are not finite or in another unit, a
            sample has neither `reference` nor `value`, `coupling` is not possible or was learned for another switch or
            with another model, or the model has no gene noise. If an argument is given that is not for such an `obs`.
        TypeError
            If `obs` is neither DataFrame nor AnnData, or a level of a numerical covariate or `coupling` is no number.
        MemoryError
            If the device has too little memory.

        See Also
        --------
        gexlib.analysis.combine : the effects of models trained from several seeds
        """
        self._check_fitted()
        measured, drawn = (coupling, level) != (0.0, 0.9), (n, seed) != (1000, 0)
        if drawn if isinstance(obs, AnnData) else measured:
            names = "n and seed are for a covariate table" if drawn else "coupling and level are for measured samples"
            raise ValueError(f"{names}, but obs is a {type(obs).__name__}; leave them out")
        if isinstance(obs, AnnData):
            model = self.generator_, self.standardizer_, self.encoder_, self.var_.index
            with limited_threads(self.threads):
                return switch_measured(*model, obs, by, value, reference, coupling, level)

        def generate(covariates: Covariates, seed: int) -> np.ndarray:
            scores = generated_scores(self.generator_, covariates, self.settings, seed)
            return to_expression(self.standardizer_, scores, covariates)

        fewer = enough_memory(self.device, "ask for fewer runs n")
        with limited_threads(self.threads), torch.no_grad(), fewer:
            return counterfactual(generate, self.encoder_, self.var_.index, obs, by, value, reference, n=n, seed=seed)

    def fit_coupling(
        self, train: AnnData, by: str, value: str, reference: str, donor: str = "donor", folds: int = 3, seed: int = 0
    ) -> Coupling:
        """
        Learn how much of a sample's state carries over between two conditions, from donors measured in both.

        :mod:`gexlib.wgan.coupling` has the model. It takes time for `folds` fits of the transform, not for trainings.

        Parameters
        ----------
        train : AnnData, n_samples x n_genes
            The samples that the model was fitted to, or others of its unit; at least 8 donors with a sample of each
            condition. Samples without a partner count too, for the margins of genes.
        by : str
            The categorical covariate that is switched.
        value, reference : str
            To which level, and from which.
        donor : str
            The column of ``obs`` that names the donor.
        folds : int
            Parts of the pairs that are left out in turn, to measure how wide intervals must be.
        seed : int
            Decides the parts.

        Returns
        -------
        Coupling
            For :meth:`counterfactual`.

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        ValueError
            If a column or a level is absent, genes are missing, values are in another unit, or there are too few pairs.
        """
        self._check_fitted()
        if not isinstance(train, AnnData):
            raise TypeError(f"train is a {type(train).__name__}; give an AnnData")
        if reference is None:
            raise ValueError("reference=None; name the level that samples are switched from")
        check_switch(self.encoder_, train.obs, by, value, reference)
        model = self.standardizer_, self.encoder_
        return fit_coupling(*model, matched(train, self.var_.index, "train"), by, value, reference, donor, folds, seed)

    def critic_scores(self, data: AnnData) -> np.ndarray:
        """
        Return the critic's score of each sample: how real the sample looks to the critic, given its covariates.

        A critic that scores its training samples higher than test samples has learned them by heart
        (:func:`gexlib.metrics.logan`).

        Parameters
        ----------
        data : AnnData, n_samples x n_genes
            Real samples or others, with the model's genes in its order, its covariates, and the units of its training
            data.

        Returns
        -------
        ndarray of float32, shape (n_samples,)
            The scores have no scale: only differences between scores of one model have a meaning.

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        ValueError
            If the genes differ, values are missing, a covariate is absent or has an unknown level, or the model has no
            critic.
        TypeError
            If `data` is not an AnnData.
        """
        self._check_fitted()
        if self.critic_ is None:
            why = "was saved without its critic" if self.best_epoch_ else "kept its fitted start, which has no critic"
            raise ValueError(f"this model {why}; there are no scores. Fit with Settings(adversarial='always') for one")
        x = expression_matrix(data, "data").astype(np.float32, copy=False)
        if list(data.var_names) != list(self.var_.index):
            raise ValueError("data has other genes than the model, or in another order; take data[:, model.var_.index]")
        covariates = self.encoder_.transform(data.obs)
        inputs = to_scores(self.standardizer_, x, covariates), *covariates
        rows = zip(*(torch.from_numpy(a).split(SAMPLE_ROWS) for a in inputs), strict=True)
        with limited_threads(self.threads), torch.no_grad():
            scores = [self.critic_(*(part.to(self.device) for part in chunk)).cpu().numpy() for chunk in rows]
        return np.concatenate(scores)

    def save(self, folder: str | Path, critic: bool = True) -> None:
        """
        Write the fitted model to a folder (JSON and safetensors), and replace the model that the folder may hold.

        Parameters
        ----------
        folder : path
            Made if it does not exist.
        critic : bool
            Whether to save the critic too, if the model has one. Sampling does not need it, and it tells more about the
            training samples than synthetic samples do (:func:`gexlib.metrics.logan`). So leave it out of a model that
            you publish.

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        OSError
            If the model cannot be written, as on a full disk; a model that was there stays as it was.
        """
        self._check_fitted()
        files.write(
            folder,
            files.FittedModel(
                settings=self.settings,
                seed=self.seed,
                encoder=self.encoder_,
                standardizer=self.standardizer_,
                var=self.var_,
                provenance=self.provenance_,
                generator=self.generator_,
                critic=self.critic_ if critic else None,
                history=self.history_,
                best_epoch=self.best_epoch_,
                best_score=self.best_score_,
            ),
        )

    @classmethod
    def load(cls, folder: str | Path, device: str = "auto", threads: int = 1) -> WGANGP:
        """
        Read a model that :meth:`save` wrote.

        Parameters
        ----------
        folder : path
        device, threads
            As for :class:`WGANGP`.

        Returns
        -------
        WGANGP
            Fitted.

        Raises
        ------
        FileNotFoundError, ValueError
            If there is no model, it is not one of this library's, or it is damaged; the message says which.
        """
        saved = files.read(folder)
        covariates = saved.encoder.categorical, saved.encoder.numerical
        model = cls(*covariates, saved.settings, saved.seed, saved.encoder.unseen, device, threads)
        model.encoder_, model.standardizer_ = saved.encoder, saved.standardizer
        model.var_, model.provenance_ = saved.var, saved.provenance
        model.generator_ = saved.generator.to(model.device)
        model.critic_ = None if saved.critic is None else saved.critic.to(model.device)
        model.history_, model.best_epoch_, model.best_score_ = saved.history, saved.best_epoch, saved.best_score
        return model

    @classmethod
    def load_pretrained(cls, name: str, device: str = "auto", threads: int = 1) -> WGANGP:
        """
        Load a model that comes with the library.

        There are two, which the book's notebooks trained; ``data/pretrained/README.md`` has their recipes and scores.

        Parameters
        ----------
        name : {"ecoli", "gtex-tcga"}
            *Escherichia coli* (PRECISE; what the cells grew on), or human tissues and tumours (tissue, sex, condition).
        device, threads
            As for :class:`WGANGP`.

        Returns
        -------
        WGANGP
            Fitted, ready to :meth:`sample`; ``encoder_.vocabularies_`` lists the levels of its covariates.

        Raises
        ------
        ValueError
            If there is no such model.
        """
        if name not in PRETRAINED:
            raise ValueError(f"name={name!r} is not a pretrained model; there are: {', '.join(map(repr, PRETRAINED))}")
        return cls.load(embedded(f"pretrained/{name}/{CONFIG}").parent, device=device, threads=threads)

    @property
    def kinds_(self) -> list[str]:
        """The categorical covariates whose combinations are kinds, with margins and factors of their own."""
        self._check_fitted()
        levels = kind_levels(self.standardizer_, self.encoder_.n_levels)
        return [name for name, n in zip(self.encoder_.categorical, levels, strict=True) if n]

    @property
    def decision_(self) -> str:
        """What the model kept, and why, in words."""
        self._check_fitted()
        return decision(self.settings.adversarial, self.history_, self.best_epoch_)

    def _check_fitted(self) -> None:
        check_fitted(self, "generator_", "call fit first, or load a model with WGANGP.load")
