"""A played Salesforce organisation: OAuth, REST records, SOQL, collections (as FACTS.md has it)."""
