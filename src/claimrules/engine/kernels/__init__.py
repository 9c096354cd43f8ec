"""Pure functions from arrays to arrays. They know neither rules nor tables."""
