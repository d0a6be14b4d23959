"""The sync process: keeps a CRM and Fortnox in step and writes down everything it did."""
