"""What a browser can tell of a page: whether everybody can read and use it."""

from __future__ import annotations

from typing import Any

OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
"""axe-core's own rules and, for WCAG 2.2 AA, the one for small targets, which it leaves off."""


def violations(page: Any) -> list[str]:
    """What axe-core finds amiss in an open playwright page: rule, what to do, and the element."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {node['html']}" for rule in found for node in rule["nodes"]
    ]
