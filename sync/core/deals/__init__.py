"""How each CRM's deals read as figures (mission.md D2): one pure reader for each CRM."""
