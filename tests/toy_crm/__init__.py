"""A CRM that nobody has, made by docs/adding-a-crm.md: what its two folders and its mapping files would hold."""
