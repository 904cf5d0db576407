"""Pages to meaning.

page     bytes to lines            text     canonical, match and key layers
reading  lines to a Document       compare  two Documents to changes
lexicon  word lists as data        files    linked files to lines (apart: in a process of its own)

handle     the only acting code: one event in, one transaction, events out
gather     what a document was at a snapshot, its pieces included        piecework  a snapshot of a piece
"""
