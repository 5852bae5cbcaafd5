"""The command `pls`: thin layers over functions that Python can call as well.

Exit codes: 0 all well; 1 done, but a file was newly refused or a report failed, or another batch is
at work; 2 wrong usage, or nothing could be done; 130 or 143 stopped by Ctrl-C or SIGTERM. Results
go to stdout; progress and complaints to stderr.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from pls_analysis.cli import data, explore, policy, reports

CANNOT = 2


class Cannot(click.ClickException):
    """Something the person who called has to settle first; shown without a traceback."""

    exit_code = CANNOT


class NotNow(Cannot):
    """Nothing is wrong, but somebody else is at work; the same command does it later."""

    exit_code = 1


class Commands(click.Group):
    """Commands whose expected errors end in a message for people; a defect keeps its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. Raises Cannot with the words of an expected error."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except expected_errors() as error:
            from pls_analysis.batch.lock import Busy

            kind = NotNow if isinstance(error, Busy) else Cannot
            raise kind(str(error)) from None


def expected_errors() -> tuple[type[Exception], ...]:
    """Return the errors that say themselves what is wrong and what to do."""
    from pls_analysis.areas import AmbiguousArea, UnknownArea
    from pls_analysis.batch.lock import Busy
    from pls_analysis.batch.manifest import ManifestError
    from pls_analysis.batch.plan import PlanError
    from pls_analysis.configs import ConfigError
    from pls_analysis.executors.guarded import ExecutorError
    from pls_analysis.explore.drafting import DraftError
    from pls_analysis.ingest.inspection import Refused
    from pls_analysis.ingest.pipeline import IngestError
    from pls_analysis.sample import SampleError
    from pls_analysis.store import StoreError
    from pls_analysis.trace import TraceError

    return (
        AmbiguousArea, Busy, ConfigError, DraftError, ExecutorError, IngestError, ManifestError,
        PlanError, Refused, SampleError, StoreError, TraceError, UnknownArea,
    )  # fmt: skip


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pls-analysis", prog_name="pls")
def main() -> None:
    """From office workbooks to traceable figures, trend charts, briefs and reports.

    A project is a folder with pls.toml: the one that PLS_PROJECT names, else the nearest above
    the working directory.
    """
    for stream in (sys.stdout, sys.stderr):
        # Names are Chinese; a pipe on Windows would take the system's code page.
        if hasattr(stream, "reconfigure") and not stream.isatty():
            stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]


for command in (*explore.COMMANDS, *data.COMMANDS, *policy.COMMANDS, *reports.COMMANDS):
    main.add_command(command)
