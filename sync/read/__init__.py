"""Reading: pages, what is gone, the CRM's own totals, and who is at the other end."""
