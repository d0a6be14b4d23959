"""What an Upsales account holds: resources, fields, records."""
