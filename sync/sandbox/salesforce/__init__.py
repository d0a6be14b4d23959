"""A played Salesforce organisation: OAuth, REST records, SOQL, collections (the Salesforce sheet)."""
