import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from anndata import AnnData

import gexlib.wgan.model as model_module
from gexlib.wgan import PRESETS, WGANGP
from gexlib.wgan.files import folder as disk


def make(settings, **kwargs):
    return WGANGP(["medium"], ["temperature"], settings=settings, device="cpu", **kwargs)


def bits(gan):
    """Every number that a fitted model holds."""
    networks = [*gan.generator_.state_dict().values(), *gan.critic_.state_dict().values()]
    return b"".join(t.numpy().tobytes() for t in networks) + gan.history_.to_json().encode()


def test_same_seed_same_bits_whatever_the_threads_around(small, quick):
    train, validation = small
    first = make(quick, seed=3).fit(train, validation)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    second = make(quick, seed=3).fit(train, validation)
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)
    assert bits(first) == bits(second)
    assert bits(first) != bits(make(quick, seed=4).fit(train, validation))


def test_global_random_state_is_left_alone(small, quick):
    torch.manual_seed(0), np.random.seed(0)  # noqa: NPY002
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    make(quick).fit(*small).sample(small[1].obs)
    assert torch.equal(before[0], torch.get_rng_state())
    assert (before[1] == np.random.get_state()[1]).all()  # noqa: NPY002


def test_sample_is_anndata_in_the_units_of_the_training_data(small, quick):
    train, validation = small
    gan = make(quick.replace(epochs=20)).fit(train)
    made = gan.sample(validation.obs, seed=1)
    assert isinstance(made, AnnData)
    assert made.X.dtype == np.float32
    assert list(made.obs_names) == list(validation.obs_names)
    assert list(made.var["symbol"]) == list(train.var["symbol"])
    assert made.uns["provenance"]["unit"] == "log2(TPM + 1)"
    assert abs(made.X.mean() - train.X.mean()) < 1.5, "z-scores would have a mean near 0, the data have 9"
    assert np.array_equal(made.X, gan.sample(validation.obs, seed=1).X)
    assert not np.array_equal(made.X, gan.sample(validation.obs, seed=2).X)


def test_a_gene_without_variation_stays_constant(small, quick, tmp_path):
    train, validation = small
    train.X[:, 4] = 2.5
    make(quick).fit(train, validation).save(tmp_path / "model")
    assert (WGANGP.load(tmp_path / "model", device="cpu").sample(validation.obs).X[:, 4] == 2.5).all()


def test_sample_depends_on_the_covariates(small, quick):
    train, _ = small
    gan = make(quick.replace(epochs=100, hidden=(32,), learning_rate=5e-3)).fit(train)
    obs = train.obs.iloc[:1].loc[["s0"] * 200]
    means = {m: gan.sample(obs.assign(medium=m), seed=0).X.mean() for m in ("LB", "M9")}
    assert means["LB"] > means["M9"] + 1, "LB samples are 2 higher in the training data"


def test_unseen_level_and_absent_covariate(small, quick):
    train, validation = small
    gan = make(quick).fit(train)
    with pytest.raises(ValueError, match=r"'TB' is not a level of 'medium'.*'LB', 'M9'"):
        gan.sample(validation.obs.assign(medium="TB"))
    with pytest.raises(ValueError, match="numerical='temperature' is not a column"):
        gan.sample(validation.obs[["medium"]])
    lenient = make(quick, unseen="unknown").fit(train)
    assert lenient.sample(validation.obs.assign(medium="TB")).shape == validation.shape


def test_history_and_best_epoch(small, quick):
    gan = make(quick).fit(*small)
    scored = gan.history_.dropna(subset="score")
    assert scored["epoch"].tolist() == [2, 4, 6]
    assert gan.best_epoch_ == scored.loc[scored["score"].idxmax(), "epoch"]
    assert gan.best_score_ == scored["score"].max()
    assert gan.history_["epoch"].tolist() == [1, 2, 3, 4, 5, 6]
    assert gan.history_["penalty"].ge(0).all()


def test_progress_bar_shows_losses_penalty_and_score(small, quick, capsys):
    make(quick).fit(*small, progress=True)
    last = capsys.readouterr().err.split("\r")[-1]
    assert "6/6" in last
    assert all(f"{name}=" in last for name in ("critic_loss", "penalty", "generator_loss", "score"))
    make(quick).fit(*small)
    assert capsys.readouterr().err == "", "no bar where there is no terminal"


def test_patience_stops(small, quick):
    settings = quick.replace(epochs=4000, patience=2, learning_rate=1e-12)
    gan = make(settings).fit(*small)
    assert gan.history_["epoch"].max() == gan.best_epoch_ + 2 * settings.evaluate_every


def test_without_validation_the_last_epoch_is_kept(small, quick):
    gan = make(quick).fit(small[0])
    assert gan.best_epoch_ == 6
    assert np.isnan(gan.best_score_)


def test_training_learns(small, quick):
    """The validation S_dist of a trained model is far above that of an untrained one."""
    gan = make(quick.replace(epochs=100, hidden=(32, 32), learning_rate=3e-3, patience=100)).fit(*small)
    assert gan.best_score_ > 0.8
    assert gan.history_["score"].dropna().iloc[0] < gan.best_score_ - 0.1


def test_save_and_load_sample_the_same(small, quick, tmp_path):
    gan = make(quick, seed=7).fit(*small)
    gan.save(tmp_path / "model")
    again = WGANGP.load(tmp_path / "model", device="cpu")
    obs = small[1].obs
    assert np.array_equal(gan.sample(obs, seed=1).X, again.sample(obs, seed=1).X)
    assert again.settings == gan.settings
    assert again.history_.equals(gan.history_)
    assert again.var_["symbol"].tolist() == gan.var_["symbol"].tolist()
    assert bits(gan) == bits(again)
    assert not [p for p in (tmp_path / "model").iterdir() if p.suffix not in {".json", ".safetensors"}]


def test_load_names_what_is_wrong(small, quick, tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        WGANGP.load(tmp_path / "nowhere")
    make(quick).fit(small[0], checkpoint=tmp_path / "training")
    with pytest.raises(ValueError, match="'training' checkpoint, not a 'model' one"):
        WGANGP.load(tmp_path / "training")
    with pytest.raises(ValueError, match="not fitted"):
        make(quick).save(tmp_path / "model")


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({"device": "gpu9"}, ValueError, "device='gpu9' cannot be used"),
        ({"seed": -1}, ValueError, "seed must be at least 0, not -1"),
        ({"seed": 0.5}, TypeError, r"seed must be a whole number, not 0\.5"),
        ({"threads": 0}, ValueError, "threads must be at least 1"),
        ({"settings": "best"}, ValueError, "settings='best'"),
        ({"settings": {"epochs": 3}}, TypeError, "is a dict; give Settings"),
    ],
)
def test_bad_arguments(kwargs, error, words):
    with pytest.raises(error, match=words):
        WGANGP(**{"device": "cpu"} | kwargs)


def test_bad_data(small, quick):
    train, validation = small
    gan = make(quick)
    with pytest.raises(TypeError, match="train must be an AnnData, not ndarray"):
        gan.fit(train.X)
    with pytest.raises(ValueError, match="train has 1 sample"):
        gan.fit(train[:1])
    with pytest.raises(ValueError, match="validation has other genes"):
        gan.fit(train, validation[:, ::-1].copy())
    train.X[3, 4] = np.nan
    with pytest.raises(ValueError, match=r"train\.X has values that are NaN .*1 in all.*sample 's3', gene '4'"):
        gan.fit(train)


def test_divergence_is_reported(small, quick):
    with pytest.raises(FloatingPointError, match="learning_rate"):
        make(quick.replace(learning_rate=1e18)).fit(small[0])


class TestResume:
    def test_interrupted_at_every_evaluation(self, small, quick, tmp_path, monkeypatch):
        """Stop after each checkpoint in turn, go on in a new model: the same bits as in one go."""
        whole = make(quick).fit(*small)
        write = disk.write
        for stop in (1, 2, 3):
            folder, written = tmp_path / str(stop), 0

            def interrupt(*args, stop=stop):
                nonlocal written
                write(*args)
                written += 1
                if written == stop:
                    raise KeyboardInterrupt

            monkeypatch.setattr(disk, "write", interrupt)
            with pytest.raises(KeyboardInterrupt):
                make(quick).fit(*small, checkpoint=folder)
            monkeypatch.setattr(disk, "write", write)
            assert bits(make(quick).fit(*small, checkpoint=folder)) == bits(whole)

    def test_noise_is_resumed_too(self, small, quick, tmp_path):
        noisy = quick.replace(critic_noise_probability=0.5)
        make(noisy.replace(epochs=2)).fit(*small, checkpoint=tmp_path / "c")
        longer = make(noisy).fit(*small, checkpoint=tmp_path / "c")
        assert bits(longer) == bits(make(noisy).fit(*small))

    def test_a_finished_training_is_just_read(self, small, quick, tmp_path):
        first = make(quick).fit(*small, checkpoint=tmp_path / "c")
        assert bits(make(quick).fit(*small, checkpoint=tmp_path / "c")) == bits(first)

    def test_another_training_is_refused(self, small, quick, tmp_path):
        train, validation = small
        make(quick).fit(train, validation, checkpoint=tmp_path / "c")
        with pytest.raises(ValueError, match=r"holds another training.*latent_dim \(3 there, 4 here\)"):
            make(quick.replace(latent_dim=4)).fit(train, validation, checkpoint=tmp_path / "c")
        with pytest.raises(ValueError, match="differs in: seed"):
            make(quick, seed=1).fit(train, validation, checkpoint=tmp_path / "c")
        train.X += 1
        train.X[0, 0] += 1
        with pytest.raises(ValueError, match="differs in: training data"):
            make(quick).fit(train, validation, checkpoint=tmp_path / "c")

    @pytest.mark.slow
    def test_kill_minus_nine(self, small, tmp_path):
        """A process killed at several moments and started again ends with the bits of one left alone."""
        train, validation = small
        train.write_h5ad(tmp_path / "train.h5ad"), validation.write_h5ad(tmp_path / "validation.h5ad")
        changes = {
            "latent_dim": 3,
            "hidden": (8, 8),
            "epochs": 100,
            "evaluate_every": 1,
            "batch_size": 8,
            "patience": 1000,
        }
        program = f"""
import anndata
from anndata import AnnData
from gexlib.wgan import PRESETS, WGANGP
settings = PRESETS["paper_ecoli"].replace(**{changes})
train, validation = (anndata.read_h5ad(f"{tmp_path}/{{name}}.h5ad") for name in ("train", "validation"))
gan = WGANGP(["medium"], ["temperature"], settings=settings, device="cpu")
gan.fit(train, validation, checkpoint="{tmp_path}/checkpoint").save("{tmp_path}/model")
"""
        settings = PRESETS["paper_ecoli"].replace(**changes)
        whole = make(settings).fit(train, validation)
        kills, delays = 0, np.random.default_rng().uniform(0.02, 0.6, 2)
        for delay in delays:
            process = subprocess.Popen([sys.executable, "-c", program])
            while not disk.exists(tmp_path / "checkpoint") and process.poll() is None:
                time.sleep(0.01)
            time.sleep(delay if kills == 0 else delay + 2.5)
            kills += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert kills, "no process lived long enough to be killed; the test tested nothing"
        subprocess.run([sys.executable, "-c", program], check=True)
        assert bits(WGANGP.load(tmp_path / "model", device="cpu")) == bits(whole), f"delays {delays}"


def test_a_second_fit_that_fails_leaves_the_model_as_it_was(small, quick, monkeypatch):
    train, validation = small
    gan = make(quick).fit(train, validation)
    before = bits(gan), gan.sample(validation.obs).X
    other = train[:, ::-1].copy()
    other.X *= 3
    with monkeypatch.context() as patch:
        patch.setattr(model_module, "run_training", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            gan.fit(other)
    with pytest.raises(ValueError, match="validation has other genes"):
        gan.fit(other, validation)
    assert bits(gan) == before[0]
    assert np.array_equal(gan.sample(validation.obs).X, before[1])
    assert list(gan.var_.index) == list(train.var_names)


@pytest.mark.parametrize(
    ("huge", "words"),
    [
        (
            {"hidden": (10**9,)},
            r"hidden=\(10{9},\) with latent_dim=3 and 12 genes needs at least [\d,]+.\d GB of",
        ),
        ({"latent_dim": 10**12}, "latent_dim=10{12} and 12 genes needs at least"),
        ({"critic_steps": 10**12}, "critic_steps=10{12} with latent_dim=3 needs at least"),
        ({"score_draws": 10**12}, "score_draws=10{12} for 12 validation samples needs at least"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_settings_that_need_more_memory_than_there_is(small, quick, huge, words):
    with pytest.raises(ValueError, match=words):
        WGANGP(["medium"], ["temperature"], quick.replace(**huge), device="cpu").fit(*small, progress=False)


def test_too_many_threads():
    with pytest.raises(ValueError, match="threads must be at most 1024, not 1000000"):
        WGANGP(threads=10**6)
