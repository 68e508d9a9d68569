"""The laws of the house that the source text itself can show: imports run downhill, and the engine knows no Django."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APPS = ("causes", "intake", "clinic")  # each may import those before it
LAYERS = ("models", "forms", "views", "urls")  # inside an app, each may import those before it
LAYER_OF = {"patient_forms": "forms", "admin": "views"} | {layer: layer for layer in LAYERS}
PURE = (
    "causes.calibration",
    "causes.benign",
    "causes.catalogue",
    "causes.conditions",
    "causes.pooling",
    "causes.ranking",
    "causes.red_flags",
    "causes.validation",
    "intake.derivation",
)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {
    module_name(path): path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(SOURCES[module].read_text(encoding="utf-8"))


@cache
def imports(module: str) -> frozenset[str]:
    return frozenset(_imports(tree(module)))


def _imports(parsed: ast.AST) -> Iterator[str]:
    """The modules that are named; ``from package import module`` means the module."""
    for node in ast.walk(parsed):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            submodules = full & SOURCES.keys()
            yield from submodules
            if submodules != full:
                yield str(node.module)


@cache
def reach(module: str) -> frozenset[str]:
    """Every module of the project that importing this one imports, and the outside packages of each."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        current = waiting.pop()
        for name in imports(current) if current in SOURCES else ():
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return frozenset(seen)


def app_of(module: str) -> str:
    return module.split(".")[0]


def layer_of(module: str) -> int:
    """-1 for a module that is named after no layer: it is as high as what it imports."""
    named = [LAYER_OF[part] for part in module.split(".")[1:] if part in LAYER_OF]
    return LAYERS.index(named[0]) if named else -1


def test_the_sources_are_found():
    assert {"causes.catalogue", "intake.models", "clinic.access", "clinic.views.worklist"} <= SOURCES.keys()
    assert layer_of("clinic.views.worklist") > layer_of("clinic.patient_forms") > layer_of("clinic.models")
    assert layer_of("clinic.models") > layer_of("clinic.worklist")


def test_imports_are_read():
    assert {"clinic.models", "intake.models", "django.http"} <= imports("clinic.access")
    assert "causes.models.release" in reach("clinic.access")


def test_imports_run_downhill_between_apps():
    assert not {
        (module, name)
        for module in SOURCES
        for name in imports(module)
        if app_of(name) in APPS[APPS.index(app_of(module)) + 1 :]
    }


def test_imports_run_downhill_inside_an_app():
    assert not {
        (module, name)
        for module in SOURCES
        if layer_of(module) >= 0
        for name in reach(module)
        if app_of(name) == app_of(module) and layer_of(name) > layer_of(module)
    }


def test_no_import_leads_back():
    assert not {module for module in SOURCES if module in reach(module)}


def test_no_imports_inside_functions():
    functions = (
        (module, node)
        for module in SOURCES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert not {(module, name) for module, function in functions for name in _imports(function)}


def test_the_engine_knows_no_django():
    pure = [name for name in SOURCES if name.startswith(PURE)]
    assert not {(module, name) for module in pure for name in reach(module) if app_of(name) == "django"}


def test_no_signals_and_no_utils():
    assert not {module for module in SOURCES if "utils" in module.split(".")}
    assert not {
        (module, name)
        for module in SOURCES
        for name in imports(module)
        if name.startswith("django.dispatch") or name.endswith(".signals")
    }
