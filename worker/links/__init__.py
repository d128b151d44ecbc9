"""Links brought in: fetched, kept if they are audio, and looked at before anybody complains."""
