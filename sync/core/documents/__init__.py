"""What may be done with a document, and what its names, rows and answers mean."""
