"""Publish executed notebooks as single-file HTML and as A4 PDF."""
