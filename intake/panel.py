"""The published patients that come with the project, one JSON object a line (``causes.evaluation`` reads them)."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
PUBLISHED = DATA / "published_cases.jsonl"
FURTHER = DATA / "further_cases.jsonl"
