"""
The fast path of the training: the iteration of :mod:`gexlib.wgan.step`, computed in closed form.

Other rooms use only :class:`ClosedForm`. Everything behind it may change at any time. The README in this folder has the
contract and the derivation.
"""

from __future__ import annotations

from torch import Tensor

from gexlib.wgan.data.batch import Batch
from gexlib.wgan.engine.iteration import Iteration
from gexlib.wgan.engine.layout import GENES_FIRST, Layout
from gexlib.wgan.engine.rmsprop import RMSProp
from gexlib.wgan.processes import Processes
from gexlib.wgan.settings import RMSPROP_EPS, Settings
from gexlib.wgan.state import State

__all__ = ["ClosedForm"]


class ClosedForm:
    """
    Training iterations with gradients in closed form, and RMSProp in one pass over the memory.

    Parameters
    ----------
    state : State
        Changed in place by each iteration. Its networks share memory with this object until :meth:`release`.
    settings : Settings
    processes : Processes
        The processes that train together. The gradients of their shares of a minibatch are added up.
    cuda_graphs : bool
        On a GPU, replay iterations from a recording.
    """

    def __init__(self, state: State, settings: Settings, processes: Processes, cuda_graphs: bool = True) -> None:
        self.state, self.settings, self.processes, self.cuda_graphs = state, settings, processes, cuda_graphs
        self.layouts = {
            player: Layout(network, state.squares[player], GENES_FIRST if player == "critic" else ())
            for player, network in state.players.items()
        }
        self.optimizers = {
            player: RMSProp(layout, settings.rate_of(player), settings.decay, RMSPROP_EPS)
            for player, layout in self.layouts.items()
        }
        self.iterations: dict[int, Iteration] = {}

    def set_rate(self, factor: float) -> None:
        """Take steps of `factor` times the learning rate from now on."""
        for optimizer in self.optimizers.values():
            optimizer.scale_rate(factor)

    def __call__(self, real: Batch) -> Tensor:
        """Take both players through an iteration, and return the losses as :class:`gexlib.wgan.step.Autograd` does."""
        return self.iteration(len(real.x))(real)

    def iteration(self, b: int) -> Iteration:
        """Return the iteration for minibatches of `b` samples."""
        if b not in self.iterations:
            parts = (self.state, self.settings, self.processes, self.optimizers)
            self.iterations[b] = Iteration(*parts, b, self.cuda_graphs)
        return self.iterations[b]

    def release(self) -> None:
        """End the training: give the networks memory of their own again."""
        self.iterations.clear()
        for layout in self.layouts.values():
            layout.release()
