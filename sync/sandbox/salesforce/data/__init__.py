"""What a Salesforce org holds: objects, fields, records and their rules."""
