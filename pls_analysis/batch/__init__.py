"""Make reports from notebooks, many at once: plan, execute, and record what was done."""
