"""The separation engine: a library that turns a recording into its stems. It knows no job, no queue and no settings."""
