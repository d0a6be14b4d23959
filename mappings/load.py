"""Read the mapping folder: YAML with file and line in every complaint; the version is a hash of the content."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from mappings.checks.files import Complaint, file_complaints
from mappings.checks.tables import code_complaints, company_complaints
from mappings.compile import EntityMapping, compile_entity
from mappings.sources import Source
from mappings.spec import Codes, Companies, MappingFile
from mappings.types import MappingError
from mappings.vocabulary import Tables

MOST_COMPLAINTS = 10
# Steps of a complaint that are of the grammar and not of the file.
_NOT_OF_THE_FILE = ("function-", "list[", "dict[", "documents")
# What pydantic says of a fault, in words that say what to write; `{…}` are what it tells of its limits.
_WORDS = {
    "missing": "it is missing. Add it.",
    "extra_forbidden": "this name is not part of the mapping grammar. Remove it or correct its spelling.",
    "string_type": "it must be a text. Write it in quotation marks.",
    "literal_error": "it must be {expected}. Write one of these.",
    "less_than_equal": "it must be {le} or less. Write a smaller number.",
    "greater_than_equal": "it must be {ge} or more. Write a larger number.",
    "greater_than": "it must be more than {gt}. Write a larger number.",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "it must be a whole number. Write one."),
    **dict.fromkeys(("bool_type", "bool_parsing"), "it must be true or false. Write one of them."),
    "list_type": "it must be a list. Write it as [a, b].",
    **dict.fromkeys(("dict_type", "model_type"), "it must have lines of its own. Write each as name: value below it."),
}
_SOURCES = Path(__file__).parent / "sources"
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class MappingSet:
    """Everything that says how a CRM's records become Fortnox's and back; `version` names the content."""

    system: str
    version: str
    customer: EntityMapping
    article: EntityMapping
    document: EntityMapping
    file: MappingFile
    tables: Tables
    companies: Companies


def load(
    folder: Path, system: str, companies: Companies | None = None, connected: Collection[str] | None = None
) -> MappingSet:
    """Read `<system>.yaml`, `codes.yaml` and `companies.yaml`, and what the mapping may name of that CRM.

    `companies` replaces the routing file (a sandbox brings its own); `connected` are the companies of the settings, to
    which alone a deal may go. Raises `MappingError` naming file and line.
    """
    main, tables, routes = (folder / f"{name}.yaml" for name in (system, "codes", "companies"))
    file, file_yaml = _read(main, MappingFile)
    codes, codes_yaml = _read(tables, Codes)
    _refuse(tables, codes_yaml, code_complaints(codes))
    source = _source(folder, system)
    _refuse(main, file_yaml, file_complaints(system, file, codes.tables, source, connected))
    if companies is None:
        companies, routes_yaml = _read(routes, Companies)
        _refuse(routes, routes_yaml, company_complaints(companies, connected, source.worked_out))
    content = file.model_dump_json() + codes.model_dump_json() + companies.model_dump_json()
    return MappingSet(
        system=system,
        version=hashlib.sha256(content.encode()).hexdigest()[:12],
        customer=compile_entity(file.customer, codes.tables),
        article=compile_entity(file.article, codes.tables),
        document=compile_entity(next(iter(file.documents.values())), codes.tables),
        file=file,
        tables=codes.tables,
        companies=companies,
    )


def _source(folder: Path, system: str) -> Source:
    """Return what a mapping of a CRM may name: as Kvitt says, and beside the mapping only for a CRM it says nothing of.

    So a copy of the folder that has grown old checks no mapping by the rules of its day.
    """
    own = _SOURCES / f"{system}.yaml"
    return _read(own if own.is_file() else folder / _SOURCES.name / own.name, Source)[0]


def _read(path: Path, model: type[Model]) -> tuple[Model, Any]:
    content = _yaml(path)
    try:
        return model.model_validate(content), content
    except ValidationError as error:
        raise MappingError(_complaint(path, content, error)) from None


def _refuse(path: Path, content: Any, complaints: Iterable[Complaint]) -> None:
    """Raise what is wrong with a file that the grammar lets through, the first ten of it."""
    told = [_sentence(path, content, list(one.steps), one.reason) for one in complaints]
    if told:
        raise MappingError("\n".join(told[:MOST_COMPLAINTS]))


def _sentence(path: Path, content: Any, steps: list[Any], reason: str) -> str:
    where = ".".join(str(step) for step in steps) or "the file"
    return f"{path}, line {_line(content, steps)}: {where}: {reason}"


def _yaml(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MappingError(f"{path}: the file is missing. Restore it or name its folder in KVITT_MAPPINGS.") from None
    except NotADirectoryError:
        raise MappingError(f"{path.parent} is a file. Name the folder of the mappings in KVITT_MAPPINGS.") from None
    except IsADirectoryError:
        raise MappingError(f"{path} is a folder. Put the mapping's file in its place.") from None
    except OSError as error:
        raise MappingError(f"{path} cannot be read: {error.strerror}. Name a file that this user may read.") from None
    except UnicodeDecodeError:
        raise MappingError(f"{path}: the file is not UTF-8 text. Save it as UTF-8.") from None
    try:
        return YAML(typ="rt").load(text)
    except RecursionError:
        raise MappingError(f"{path}: the lines lie too deep in one another. Remove what is not a mapping.") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        what = error.problem or error.context or "cannot be read"
        raise MappingError(f"{path}{line}: this is not valid YAML: {what}. Correct the line.") from None
    except YAMLError as error:
        raise MappingError(f"{path}: this is not valid YAML: {str(error).splitlines()[0]}. Save it as text.") from None


def _complaint(path: Path, content: Any, error: ValidationError) -> str:
    parts = []
    for fault in error.errors()[:MOST_COMPLAINTS]:
        steps = [
            step for step in fault["loc"] if not str(step).startswith(("function-", "list[", "dict[", "documents"))
        ]
        parts.append(_sentence(path, content, steps, _reason(fault)))
    return "\n".join(dict.fromkeys(parts))


def _reason(fault: Any) -> str:
    words = _WORDS.get(fault["type"])
    if words is not None:
        return words.format_map(fault.get("ctx", {}))
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
