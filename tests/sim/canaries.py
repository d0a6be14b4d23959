"""Secrets that can be told from every other text: none may be found anywhere after a run (I8)."""

CLIENT_SECRET = "canary-of-the-app-8f1d"
CRM_TOKEN = "canary-of-the-crm-51c7"
