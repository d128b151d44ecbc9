"""The API tier: takes jobs in and tells people about them. Stateless; never torch, never the worker."""
