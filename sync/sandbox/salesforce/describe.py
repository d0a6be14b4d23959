"""Describes: of the org, of one object, of its fields (FACTS.md 3.5)."""

import re

from sync.sandbox.salesforce.data.objects import CASCADES
from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.data.schema import TEXTS, Child, SalesforceField, SObject, children_of
from sync.sandbox.tables import Row
from sync.sandbox.words import words

_SOAP = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "currency": "xsd:double",
    "double": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}
_NEVER = words(
    "aiPredictionField autoNumber cascadeDelete dependentPicklist deprecatedAndHidden displayLocationInDecimal "
    "encrypted formulaTreatNullNumberAsZero highScaleNumber htmlFormatted polymorphicForeignKey "
    "restrictedDelete writeRequiresMasterRead"
)
_EMPTY = words(
    "calculatedFormula controllerName defaultValueFormula "
    "filteredLookupInfo inlineHelpText mask maskType referenceTargetField relationshipOrder"
)
_PERSON = frozenset(words("Name FirstName LastName"))
_PART = re.compile(r"(\w*?)(Street|City|State|PostalCode|Country|Latitude|Longitude|GeocodeAccuracy)")
_OFF = words("activateable customSetting deepCloneable deprecatedAndHidden hasSubtypes isInterface isSubtype")
_UNSET = words("defaultImplementation extendedBy extendsInterfaces")
_PLACES = words("describe/compactLayouts describe/approvalLayouts defaultValues listviews quickActions")
_DEFAULTED = frozenset(words("Id OwnerId CurrencyIsoCode IsDeleted Probability ForecastCategory ForecastCategoryName"))
_NEVER_EMPTY = frozenset(words("Name OwnerId ForecastCategory"))
_UNSET_TOO = words("implementedBy implementsInterfaces listviewable lookupLayoutable networkScopeFieldName")


def describe_all(org: Org, base: str) -> Row:
    """Return the describe of every object, without fields."""
    return {
        "encoding": "UTF-8",
        "maxBatchSize": 200,
        "sobjects": [_outline(one, base) for one in org.objects().values()],
    }


def basic(org: Org, sobject: SObject, base: str) -> Row:
    """Return an object's basic information and the records used last."""
    return {"objectDescribe": _outline(sobject, base), "recentItems": []}


def describe(org: Org, sobject: SObject, base: str) -> Row:
    """Return the whole describe of an object."""
    return {
        **_outline(sobject, base),
        "actionOverrides": [],
        **dict.fromkeys((*_UNSET, *_UNSET_TOO)),
        "childRelationships": [_child(one, sobject.name) for one in children_of(org.objects(), sobject.name)],
        "compactLayoutable": True,
        "fields": [_field(one, sobject) for one in sobject.fields],
        "namedLayoutInfos": [],
        "recordTypeInfos": [_master_type(sobject, base)],
        "searchLayoutable": True,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {sobject.plural.lower()}", "name": "everything"}],
    }


def _outline(sobject: SObject, base: str) -> Row:
    address = f"{base}/sobjects/{sobject.name}"
    write = dict.fromkeys(words("createable updateable deletable undeletable mergeable"), sobject.writable)
    yes = dict.fromkeys(words("feedEnabled layoutable mruEnabled queryable replicateable retrieveable"), True)
    return {
        **dict.fromkeys(_OFF, False),
        **dict.fromkeys(("associateEntityType", "associateParentEntity")),
        **write,
        **yes,
        "custom": sobject.name.endswith("__c"),
        "keyPrefix": sobject.prefix,
        "label": sobject.label,
        "labelPlural": sobject.plural,
        "name": sobject.name,
        "searchable": True,
        "triggerable": True,
        "urls": {
            "sobject": address,
            "describe": f"{address}/describe",
            "rowTemplate": f"{address}/{{ID}}",
            **({place.rpartition("/")[2]: f"{address}/{place}" for place in _PLACES} if sobject.writable else {}),
            "layouts": f"{address}/describe/layouts",
        },
    }


def _child(one: Child, parent: str) -> Row:
    return {
        "cascadeDelete": (one.sobject, one.field) in CASCADES.get(parent, ()),
        "childSObject": one.sobject,
        "deprecatedAndHidden": False,
        "field": one.field,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": one.relationship,
        "restrictedDelete": (parent, one.sobject) == ("Account", "Order"),
    }


def _master_type(sobject: SObject, base: str) -> Row:
    identity = "012000000000000AAA"
    return {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": True,
        "developerName": "Master",
        "master": True,
        "name": "Master",
        "recordTypeId": identity,
        "urls": {"layout": f"{base}/sobjects/{sobject.name}/describe/layouts/{identity}"},
    }


def _field(one: SalesforceField, sobject: SObject) -> Row:
    person = _is_person(sobject) and one.name in _PERSON
    return {
        **dict.fromkeys(_NEVER, False),
        **dict.fromkeys(_EMPTY),
        **_use(one),
        "calculated": False,
        "caseSensitive": False,
        "compoundFieldName": _compound(one, sobject),
        "custom": one.custom,
        "defaultedOnCreate": one.type == "boolean" or one.name in _DEFAULTED or _stamped(one),
        "defaultValue": False if one.type == "boolean" else None,
        "digits": 9 if one.type == "int" else 0,
        "externalId": one.external,
        "extraTypeInfo": "personname" if person else "plaintextarea" if one.type == "textarea" else None,
        "idLookup": one.type == "id" or one.external or one.lookup,
        "label": f"{sobject.label} ID" if one.name == "Id" else one.label,
        "length": one.length,
        "name": one.name,
        "nameField": one.name == "Name",
        "namePointing": False,
        "nillable": _nillable(one),
        "permissionable": not (one.required or person or one.name in ("Id", "Name", "IsDeleted") or _stamped(one)),
        "picklistValues": [_choice(choice) for choice in one.choices],
        "precision": one.precision,
        "referenceTo": [one.target] if one.target else [],
        "relationshipName": one.relationship or None,
        "restrictedPicklist": one.restricted,
        "scale": one.scale,
        "soapType": "xsd:string" if one.type in TEXTS else _SOAP[one.type],
        "type": one.type,
        "unique": one.unique,
    }


def _use(one: SalesforceField) -> Row:
    """Return what may be done with a field in questions and writes."""
    plain = one.type != "address" and one.filterable
    return {
        "aggregatable": plain and one.type != "boolean",
        "byteLength": one.length if one.type in ("id", "reference") else one.length * 3,
        "createable": one.createable,
        "filterable": one.filterable,
        "groupable": one.groupable,
        "queryByDistance": one.type == "address",
        "searchPrefilterable": one.name == "AccountId",
        "sortable": plain,
        "updateable": one.updateable,
    }


def _compound(one: SalesforceField, sobject: SObject) -> str | None:
    """Return the compound field that a field is a part of: an address, or a person's name."""
    if _is_person(sobject) and one.name in ("FirstName", "LastName"):
        return "Name"
    parts = _PART.fullmatch(one.name)
    compound = f"{parts[1]}Address" if parts else ""
    return compound if sobject.find(compound) is not None else None


def _is_person(sobject: SObject) -> bool:
    return sobject.find("LastName") is not None


def _nillable(one: SalesforceField) -> bool:
    """Say whether a field can be empty: required ones, names, check boxes and system fields cannot."""
    return not (one.required or one.name in _NEVER_EMPTY or one.type in ("boolean", "id") or _stamped(one))


def _stamped(one: SalesforceField) -> bool:
    return one.name in ("CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp")


def _choice(value: str) -> Row:
    return {"active": True, "defaultValue": False, "label": value, "validFor": None, "value": value}
