"""The papermill engine `pls`: what papermill does, without its waits and most of its writes.

`papermill --engine pls` gives the same notebook as without. A client is ready when its kernel has
answered, not after a silence of 200 ms; and the notebook is written when a code cell starts and at
the end, not at every step of every cell. So what is on the disk always says which cell runs: that
is how a report names the cell at which its process was killed.
"""

from __future__ import annotations

import json
import time
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode
from papermill.engines import NBClientEngine, NotebookExecutionManager
from papermill.iorw import papermill_io
from traitlets import default

SECONDS_TO_ANSWER = 1
SECONDS_TO_SUBSCRIBE = 0.05
MILLISECONDS_TO_CONNECT = 5
"""How long a socket whose other end is not there yet waits before it tries again."""


class QuickClient(AsyncKernelClient):
    """A client that knows by the kernel's own word when nothing more of its start is to come."""

    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        context.setsockopt(zmq.RECONNECT_IVL, MILLISECONDS_TO_CONNECT)
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers and is heard; raise RuntimeError where it does not.

        It says on IOPub that it is idle after each answer. Hearing that for the last question means
        that IOPub is connected, and that whatever came before it has been taken from there.
        """
        until = time.monotonic() + timeout if timeout is not None else float("inf")
        while True:
            asked = self.kernel_info()
            reply = await self._reply(asked)
            if reply is not None and await self._hears_idle(asked):
                self._handle_kernel_info_reply(reply)
                return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > until:
                raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")

    async def _reply(self, asked: str) -> dict[str, Any] | None:
        try:
            while True:
                reply = await self.get_shell_msg(timeout=SECONDS_TO_ANSWER)
                if reply["parent_header"].get("msg_id") == asked:
                    return reply
        except Empty:
            return None

    async def _hears_idle(self, asked: str) -> bool:
        try:
            while True:
                message = await self.get_iopub_msg(timeout=SECONDS_TO_SUBSCRIBE)
                idle = message["content"].get("execution_state") == "idle"
                if idle and message["parent_header"].get("msg_id") == asked:
                    return True
        except Empty:
            return False


class QuickManager(AsyncKernelManager):
    """A kernel's manager whose clients are quick."""

    @default("client_factory")
    def _quick_client(self) -> type[AsyncKernelClient]:
        return QuickClient


class SparingRecord(NotebookExecutionManager):
    """papermill's record of a run, written only where it says something new of where it stands.

    On one line, which takes a tenth of the time: papermill writes the notebook as usual at the end.
    """

    _to_write = True

    def save(self, **kwargs: Any) -> None:
        """Write the notebook, unless a cell has just ended: the next to start will do it."""
        if self._to_write and self.output_path:
            papermill_io.write(json.dumps(self.nb, ensure_ascii=False), self.output_path)
            self.last_save_time = self.now()

    def cell_start(self, cell: NotebookNode, cell_index: int | None = None, **kwargs: Any) -> None:
        """Record that a cell starts; on the disk where it is code."""
        self._to_write = cell.cell_type == "code"
        super().cell_start(cell, cell_index, **kwargs)

    def cell_complete(
        self, cell: NotebookNode, cell_index: int | None = None, **kwargs: Any
    ) -> None:
        """Record that a cell has ended, in memory."""
        self._to_write = False
        super().cell_complete(cell, cell_index, **kwargs)

    def notebook_complete(self, **kwargs: Any) -> None:
        """Write the whole, however it ended."""
        self._to_write = True
        super().notebook_complete(**kwargs)


class PlsEngine(NBClientEngine):
    """papermill's own engine with these two."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        **kwargs: Any,
    ) -> NotebookNode:
        """Execute a notebook and return it; what there is of it is written, also where it fails."""
        record = SparingRecord(nb, output_path, log_output, progress_bar, autosave_cell_every)
        record.notebook_start()
        try:
            cls.execute_managed_notebook(record, kernel_name, log_output=log_output, **kwargs)
        finally:
            record.notebook_complete()
        return record.nb

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **kwargs: Any
    ) -> Any:
        """Execute with a quick client, unless a manager of kernels is asked for."""
        kwargs.setdefault("kernel_manager_class", QuickManager)
        return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
