"""Whole catalogues, every table filled, with the texts that files are known to spoil."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from causes import catalogue as records
from causes.catalogue import BACKGROUND, GENERAL, GRADES, OTHER, REPORTERS, URGENCIES, Catalogue
from causes.catalogue.tables import in_order, lost

NASTY = (
    "=1+1",
    "+44",
    "-",
    "@x",
    "'=x",
    "''+",
    "'",
    "007",
    "1e5",
    "TRUE",
    "yes",
    "None",
    "nan",
    "#N/A",
    "a\n=b",
    '"',
    "a,b",
)
_letters = st.text("aé\"',;|=+-@<&#漢\u2028 0\n", max_size=12).map(str.strip)
texts = (st.sampled_from(NASTY) | _letters).filter(lambda text: not lost(text))
names = texts.filter(bool)
_lists = st.lists(names, max_size=3).map(tuple).filter(lambda parts: not lost(parts))
_numbers = st.floats(-1e9, 1e9).map(lambda number: number + 0.0)
_rates = st.floats(0, 1)
_counts = st.none() | st.integers(0, 2**31 - 1)
_flags = st.booleans()


def _slugs(letter: str, number: int) -> tuple[str, ...]:
    return tuple(f"{letter}-{position}" for position in range(number))


SOURCES, SETTINGS, COMPLAINTS, CAUSES = _slugs("s", 3), _slugs("place", 2), _slugs("p", 2), _slugs("c", 3)
BURDENS, CLUSTERS, SECTIONS, FINDINGS = _slugs("b", 2), _slugs("k", 2), _slugs("t", 2), _slugs("f", 4)


def _one_of(slugs: tuple[str, ...], *others: str) -> st.SearchStrategy[str]:
    return st.sampled_from((*slugs, *others))


def _some_of(slugs: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(slugs), unique=True).map(tuple)


def _table(kind: type[Any], /, *key: str, **columns: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    """Up to three records, no two alike in these fields."""
    unique_by = (lambda record: tuple(getattr(record, name) for name in key)) if key else None
    return st.lists(st.builds(kind, **columns), max_size=3, unique_by=unique_by).map(tuple)


def _named(kind: type[Any], slugs: tuple[str, ...], /, **columns: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(*(st.builds(kind, slug=st.just(slug), **columns) for slug in slugs))


graded = st.one_of(
    st.tuples(st.just("D"), _one_of(SOURCES, "")), st.tuples(st.sampled_from(GRADES[:3]), st.sampled_from(SOURCES))
)


@st.composite
def whole_catalogues(draw: st.DrawFn) -> Catalogue:
    """What the tables can hold, whether or not it could be published."""
    grade, source = draw(graded)
    evidence = {"grade": st.just(grade), "source": st.just(source)}
    words = dict.fromkeys(("note", "population", "design", "unit", "role", "cautions", "line", "status"), texts)

    def some(kind: type[Any], /, *key: str, **columns: Any) -> tuple[Any, ...]:
        known = {name: words[name] for name in kind.__match_args__ if name in words}
        return draw(_table(kind, *key, **{**known, **columns}))

    options = st.lists(st.builds(records.Option, names, names), max_size=3, unique_by=lambda o: o.value).map(tuple)
    effects = st.lists(
        st.builds(records.DrugEffect, names, _one_of(FINDINGS, ""), texts, texts, texts, _flags, **evidence),
        max_size=2,
    ).map(tuple)
    rows = some(
        records.Likelihood,
        cause=_one_of(CAUSES, BACKGROUND),
        finding=_one_of(FINDINGS),
        option=texts,
        probability=_rates,
        affected=st.none() | st.integers(0, 9),
        total=st.integers(9, 2**31 - 1),
        is_used=st.just(False),
        is_pooled=st.just(False),
        **evidence,
    )
    return in_order(
        Catalogue(
            sources=draw(
                _named(
                    records.Source,
                    SOURCES,
                    title=names,
                    identifier=_one_of(("PMID:1", "DOI:10.1000/=x"), ""),
                    year=st.none() | st.integers(1800, 2030),
                    url=_one_of(("https://example.org/?a=b&c",), ""),
                    design=_one_of(("cohort", "review"), ""),
                    reviewed_on=_one_of(("2026-02-28",), ""),
                )
            ),
            settings=draw(_named(records.Setting, SETTINGS, name=names)),
            presentations=draw(_named(records.Presentation, COMPLAINTS, name=names, findings=_some_of(FINDINGS))),
            causes=draw(
                _named(
                    records.Cause,
                    CAUSES,
                    name=names,
                    group=names,
                    urgency=st.sampled_from(URGENCIES),
                    is_cannot_miss=_flags,
                    cannot_miss_threshold=_rates,
                    summary=texts,
                    is_in_source_article=_flags,
                    is_benign=_flags,
                    benign_requires=_some_of(FINDINGS),
                    identifiers=_lists,
                )
            ),
            patient_advice=some(
                records.PatientAdvice,
                "cause",
                cause=_one_of(CAUSES),
                explanation=names,
                self_care=_lists,
                recheck_weeks=st.none() | st.integers(1, 104),
                recheck_source=_one_of(SOURCES, ""),
                recheck_note=texts,
                **evidence,
            ),
            burdens=draw(_named(records.Burden, BURDENS, label=names, description=names, source=_one_of(SOURCES, ""))),
            clusters=draw(_named(records.Cluster, CLUSTERS, name=names, rho=_rates)),
            sections=draw(_named(records.Section, SECTIONS, title=names, intro=texts)),
            findings=draw(
                _named(
                    records.Finding,
                    FINDINGS,
                    name=names,
                    reported_by=st.sampled_from(REPORTERS),
                    kind=_one_of(("boolean", "choice", "number")),
                    unit=texts,
                    cluster=_one_of(CLUSTERS, ""),
                    options=options,
                    hpo=texts,
                    hpo_name=texts,
                    section=_one_of(SECTIONS, ""),
                    question=texts,
                    help=texts,
                    why=texts,
                    ask_if=_one_of(("f-0+!f-1|f-2",), ""),
                    control=_one_of(("question", "derived")),
                    burden=_one_of(BURDENS),
                    implied_if=st.just(""),
                )
            ),
            likelihoods=(*rows, *(replace(row, is_used=True, option=row.option or "x") for row in rows[:1])),
            pretests=some(
                records.Pretest,
                "setting",
                "presentation",
                "cause",
                setting=_one_of(SETTINGS),
                presentation=_one_of(COMPLAINTS),
                cause=_one_of(CAUSES, OTHER),
                share=_rates,
                **evidence,
            ),
            epidemiology=some(
                records.Epidemiology,
                cause=_one_of(CAUSES),
                setting=texts,
                presentation=texts,
                age_band=texts,
                sex=texts,
                value=_numbers,
                unit=names,
                **evidence,
            ),
            drugs=draw(
                _named(
                    records.Drug,
                    ("d-0", "d-1"),
                    name=names,
                    brands=_lists,
                    atc=texts,
                    drug_class=texts,
                    effects=effects,
                )
            ),
            treatments=some(
                records.Treatment,
                cause=_one_of(CAUSES),
                name=names,
                kind=texts,
                is_in_source_article=_flags,
                **evidence,
            ),
            investigations=some(
                records.Investigation,
                cause=_one_of(CAUSES),
                name=names,
                shows=texts,
                burden=_one_of(BURDENS),
                **evidence,
            ),
            red_flags=draw(
                _named(
                    records.RedFlag,
                    ("r-0", "r-1"),
                    name=names,
                    findings=st.lists(_one_of(FINDINGS), min_size=1, max_size=2).map(tuple),
                    urgency=st.sampled_from(URGENCIES),
                    advice_to_clinician=names,
                    advice_to_patient=names,
                    suspected_causes=_some_of(CAUSES),
                    warning_sign=texts,
                    warning_presentations=_some_of(COMPLAINTS),
                    is_benign_compatible=_flags,
                    **evidence,
                )
            ),
            facts=some(
                records.Fact,
                cause=_one_of(CAUSES, GENERAL),
                kind=names,
                statement=names,
                is_in_source_article=_flags,
                **evidence,
            ),
            body_zones=draw(
                _named(
                    records.BodyZone,
                    ("z-0",),
                    name=names,
                    group=names,
                    view=_one_of(("front", "back")),
                    region=names,
                    findings=_some_of(FINDINGS),
                    twitch_findings=_some_of(FINDINGS),
                    tremor_findings=_some_of(FINDINGS),
                )
            ),
            drinks=draw(
                _named(records.Drink, ("w-0",), name=names, caffeine_mg=st.floats(0, 1e6), source=_one_of(SOURCES, ""))
            ),
            parameters=draw(
                _named(
                    records.Parameter,
                    ("x-0",),
                    name=names,
                    value=_numbers,
                    unit=texts,
                    source=_one_of(SOURCES, ""),
                    note=texts,
                )
            ),
            translations=some(
                records.Translation,
                "language",
                "table",
                "key",
                "field",
                language=_one_of(("es", "fr")),
                table=_one_of(("sections", "options")),
                key=_one_of(("t-0", "f-0/a")),
                field=_one_of(("title",)),
                text=names,
                original=names,
            ),
        )
    )
