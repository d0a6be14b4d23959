"""What people ask for: validated, authorised, carried out and answered once."""
