"""Keep a threat model alive: one overview for three roles, review dates, and what a newer catalog changes."""
