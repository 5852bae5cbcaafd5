"""Write synthetic office workbooks and the truth they were made from."""

from pls_analysis.sample.broken import BrokenFile, broken
from pls_analysis.sample.files import Removal, SampleError, remove
from pls_analysis.sample.generation import generate
from pls_analysis.sample.trial import trial_project
from pls_analysis.sample.truth import SampleTruth, write_corrections, write_truth

__all__ = [
    "BrokenFile",
    "Removal",
    "SampleError",
    "SampleTruth",
    "broken",
    "generate",
    "remove",
    "trial_project",
    "write_corrections",
    "write_truth",
]
