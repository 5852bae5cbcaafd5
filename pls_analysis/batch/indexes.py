"""Write the index pages of all periods from what their `run.json` say, without any notebook."""

from __future__ import annotations

from pathlib import Path

from pls_analysis.areas import load_areas
from pls_analysis.batch.manifest import FILE, ManifestError, read_entries, read_run
from pls_analysis.periods import parse_period
from pls_analysis.project import Project
from pls_analysis.publish.site import Published, write_site


def write_indexes(project: Project) -> list[Path]:
    """Write every index page of a project's reports; return those that changed.

    A folder without a readable `run.json` is left as it is and not listed.
    """
    published = [
        one
        for file in sorted(project.reports_dir.glob(f"*/{FILE}"))
        if (one := _published(file.parent))
    ]
    return write_site(project.reports_dir, project, load_areas(project), published)


def _published(folder: Path) -> Published | None:
    try:
        said, entries = read_run(folder), read_entries(folder)
        period = parse_period(folder.name)
    except (ManifestError, ValueError):
        return None
    made = [entries[report] for report in sorted(entries)]
    return Published(period, folder.name, made, bool(said.get("synthetic")))
