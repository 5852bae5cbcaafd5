"""Exporters for tests, loaded in worker processes by their dotted names."""

from nbconvert.exporters.exporter import Exporter


class PlainExporter(Exporter):
    """The source of every cell, as text: fast, and the same each time."""

    file_extension = ".html"

    def from_notebook_node(self, nb, resources=None, **kw):
        name = (resources or {})["metadata"]["name"]
        return name + "\n" + "\n".join(cell.source for cell in nb.cells), {}


class BytesExporter(PlainExporter):
    """The same as bytes, as a PDF would be."""

    file_extension = ".pdf"

    def from_notebook_node(self, nb, resources=None, **kw):
        text, told = super().from_notebook_node(nb, resources, **kw)
        return text.encode("utf-8"), told


class UnpicklableError(Exception):
    """An exception that cannot be sent between processes."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} has no glyph\nsecond line")


class FailingExporter(Exporter):
    """An exporter that finds something it cannot set."""

    file_extension = ".pdf"

    def from_notebook_node(self, nb, resources=None, **kw):
        raise UnpicklableError("𬭚", "")
