# What `import deepemg` gives: seven names and the methods. lazy_loader reads this file, and so do type checkers.
from .evaluate.score import score as score
from .joint.definition import load_joint as load_joint
from .reconstruct.boosted_trees import BoostedTrees as BoostedTrees
from .reconstruct.contract import Reconstruction as Reconstruction
from .reconstruct.copy import Copy as Copy
from .reconstruct.emg_assisted import EMGAssisted as EMGAssisted
from .reconstruct.load import load as load
from .reconstruct.moco_inverse import MocoInverse as MocoInverse
from .reconstruct.nmm.method import NMM as NMM
from .reconstruct.paper_nmm.method import PaperNMM as PaperNMM
from .reconstruct.static_optimisation import StaticOptimisation as StaticOptimisation
from .reconstruct.synergy_extrapolation.method import SynergyExtrapolation as SynergyExtrapolation
from .signals.read import read as read
from .signals.recording import Recording as Recording
from .signals.recording import Trial as Trial
