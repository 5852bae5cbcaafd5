"""Publish an executed notebook as an Excel workbook: its tables, and the data of its charts.

    jupyter nbconvert --to pls_xlsx out.ipynb

All it needs lies in the notebook's outputs. Figures are numbers, not texts; nothing in the workbook
is a formula; and the same notebook gives the same bytes.
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode

from pls_analysis.publish.page import read_page
from pls_analysis.publish.workbook import workbook


class XlsxExporter(Exporter):
    """nbconvert exporter `pls_xlsx`: the tables of an executed notebook as a workbook."""

    file_extension = ".xlsx"
    output_mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    export_from_notebook = "Tables (Excel)"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """Return the workbook, and nbconvert's resources.

        Raises FailedNotebook where a cell ended in an error.
        """
        copy, told = super().from_notebook_node(nb, resources, **kw)
        told["output_extension"] = self.file_extension
        return workbook(read_page(copy, told.get("metadata", {}).get("name", ""))), told
