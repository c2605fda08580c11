"""Parts of this study rather than of a user's tool: its data sets, its experiments, and the paper's numbers."""

from gexlib.study.claims import claims_table, reference, reference_embeddings, reference_table
from gexlib.study.cohort import find_metadata, load_demo, load_human
from gexlib.study.compared import real_samples, samples_of, simple_models
from gexlib.study.confounded import Confounded
from gexlib.study.deletions import deletion_test, deletions_in_words, find_deletions, summarise_deletions
from gexlib.study.downloads import csv_link
from gexlib.study.effects import effect_test
from gexlib.study.names import in_words
from gexlib.study.new_studies import new_study_test
from gexlib.study.paired import find_pairs, paired_test
from gexlib.study.paper import COHORT, DRIVERS, HUMAN, HUMAN_SPREAD, NOTEBOOK_GENES, TABLE_1
from gexlib.study.prepared import EColi, prepared_ecoli, prepared_human, prepared_m3d
from gexlib.study.responders import recovery_experiment
from gexlib.study.sentences import in_short, reference_verdict, terms_in_short, verdicts
from gexlib.study.unmeasured import coverage_experiment, unmeasured_experiment

__all__ = [
    "COHORT",
    "DRIVERS",
    "HUMAN",
    "HUMAN_SPREAD",
    "NOTEBOOK_GENES",
    "TABLE_1",
    "Confounded",
    "EColi",
    "claims_table",
    "coverage_experiment",
    "csv_link",
    "deletion_test",
    "deletions_in_words",
    "effect_test",
    "find_deletions",
    "find_metadata",
    "find_pairs",
    "in_short",
    "in_words",
    "load_demo",
    "load_human",
    "new_study_test",
    "paired_test",
    "prepared_ecoli",
    "prepared_human",
    "prepared_m3d",
    "real_samples",
    "recovery_experiment",
    "reference",
    "reference_embeddings",
    "reference_table",
    "reference_verdict",
    "samples_of",
    "simple_models",
    "summarise_deletions",
    "terms_in_short",
    "unmeasured_experiment",
    "verdicts",
]
