"""Write synthetic office workbooks and the truth they were made from."""

from pls_analysis.sample.generation import Removal, SampleError, generate, remove
from pls_analysis.sample.truth import SampleTruth, write_corrections, write_truth

__all__ = [
    "Removal",
    "SampleError",
    "SampleTruth",
    "generate",
    "remove",
    "write_corrections",
    "write_truth",
]
