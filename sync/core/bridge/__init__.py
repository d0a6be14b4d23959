"""Why what the CRM sold is not what Fortnox booked: measures, rows and their differences."""
