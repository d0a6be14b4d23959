"""How each CRM's deals read as figures (ARCHITECTURE.md: the measures): one pure reader for each CRM."""
