"""A newer reader over what is stored: what would it say? Nothing on record is rewritten, nobody is told.

every snapshot read before ─► reread    in batches; resumes where it stood; kept beside the reading on record
                              differing what the two readings of a version do not share      (pure)
"""
