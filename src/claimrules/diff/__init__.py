"""Two rule bases on the same claims: what differs, and what moved it."""
