"""Runs a plan over a batch: Plan + ClaimBatch + KnowledgeSet to Hits."""
