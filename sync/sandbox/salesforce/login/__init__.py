"""How one is let in to Salesforce."""
