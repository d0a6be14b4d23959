"""Read the mapping folder: YAML with file and line in every complaint; the version is a hash of the content."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from mappings.compile import EntityMapping, compile_entity
from mappings.spec import Codes, Companies, FieldRule, MappingFile
from mappings.types import MappingError
from mappings.vocabulary import Tables

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class MappingSet:
    """Everything that says how a CRM's records become Fortnox's and back; `version` names the content."""

    system: str
    version: str
    customer: EntityMapping
    article: EntityMapping
    invoice: EntityMapping
    file: MappingFile
    tables: Tables
    companies: Companies


def load(folder: Path, system: str, companies: Companies | None = None) -> MappingSet:
    """Read `<system>.yaml`, `codes.yaml` and `companies.yaml`.

    `companies` replaces the routing file (a sandbox brings its own). Raises `MappingError` naming file and line.
    """
    file = _read(folder / f"{system}.yaml", MappingFile)
    codes = _read(folder / "codes.yaml", Codes)
    routing = companies or _read(folder / "companies.yaml", Companies)
    _check_tables(folder, system, file, codes)
    content = file.model_dump_json() + codes.model_dump_json() + routing.model_dump_json()
    return MappingSet(
        system=system,
        version=hashlib.sha256(content.encode()).hexdigest()[:12],
        customer=compile_entity(file.customer, codes.tables),
        article=compile_entity(file.article, codes.tables),
        invoice=compile_entity(file.invoice, codes.tables),
        file=file,
        tables=codes.tables,
        companies=routing,
    )


def _read(path: Path, model: type[Model]) -> Model:
    content = _yaml(path)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise MappingError(_complaint(path, content, error)) from None


def _yaml(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MappingError(f"{path}: the file is missing. Restore it or point --mappings at its folder.") from None
    except UnicodeDecodeError:
        raise MappingError(f"{path}: the file is not UTF-8 text. Save it as UTF-8.") from None
    try:
        return YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        what = error.problem or error.context or "cannot be read"
        raise MappingError(f"{path}{line}: this is not valid YAML: {what}. Correct the line.") from None
    except YAMLError as error:
        raise MappingError(f"{path}: this is not valid YAML: {str(error).splitlines()[0]}. Save it as text.") from None


def _complaint(path: Path, content: Any, error: ValidationError) -> str:
    parts = []
    for fault in error.errors()[:10]:
        steps = [step for step in fault["loc"] if not str(step).startswith(("function-", "list["))]
        where = ".".join(str(step) for step in steps) or "the file"
        parts.append(f"{path}, line {_line(content, steps)}: {where}: {_reason(fault)}")
    return "\n".join(parts)


def _reason(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "this name is not part of the mapping grammar. Remove it or correct its spelling."
    return str(fault["msg"]).removeprefix("Value error, ") + "."


def _line(content: Any, steps: list[Any]) -> int:
    """Return the line of the deepest step that the file has."""
    line = 1
    for step in steps:
        marks = getattr(getattr(content, "lc", None), "data", None) or {}
        if step in marks:
            line = marks[step][0] + 1
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            break
    return line


def _check_tables(folder: Path, system: str, file: MappingFile, codes: Codes) -> None:
    """Every table that a rule looks up must exist; the complaint names the rule's line."""
    places: list[tuple[list[Any], dict[str, FieldRule]]] = [
        ([kind, "fields"], getattr(file, kind).fields) for kind in ("customer", "article", "invoice")
    ]
    if file.invoice.rows is not None:
        places.append((["invoice", "rows", "fields"], file.invoice.rows.fields))
    places += [(["write_back", kind], rules) for kind, rules in file.write_back.items()]
    path = folder / f"{system}.yaml"
    for steps, rules in places:
        for name, rule in rules.items():
            if rule.lookup is not None and rule.lookup not in codes.tables:
                line = _line(_yaml(path), [*steps, name, "lookup"])
                reason = f"the table {rule.lookup} is not in codes.yaml. Add it there."
                raise MappingError(f"{path}, line {line}: {'.'.join(map(str, [*steps, name]))}: {reason}")
