"""Jobs as those who ask see them: with a place in the line and an estimate, in their public shape."""
