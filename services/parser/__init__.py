"""Pages to meaning.

page     bytes to lines            text     canonical, match and key layers
reading  lines to a Document       compare  two Documents to changes
lexicon  word lists as data        handle   the only acting code: one event in, one transaction, events out
"""
