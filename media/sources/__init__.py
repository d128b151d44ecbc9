"""Where a recording comes from besides an upload: a direct link, YouTube and friends. Knows no job."""
