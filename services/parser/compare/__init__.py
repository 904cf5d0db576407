"""Two Documents to the typed truth of what changed between them. Pure.

    view      a document laid out in pieces (headings, sentences, 责任单位 lists, lines, furniture) that tile its text
    dice      how alike two texts are                 script    lossless character edit script
    sections  which section became which              align     which piece became which (the nine steps of SPEC §11)
    wording   what differs inside a matched piece, in words and whole numbers
    pair      a matched piece with its differences; making a Change from some of them
    changes   typing, in the order of SPEC §12: targets, deadlines, actors, modality, recurrence, figures, metadata …
    severity  how serious a change is and which way it points
    account   every differing character in exactly one change or suppression; proof by edit script
    carry     ids of an old version carried over to a new one
    compare   all of it: compare(old, new), body_key(document)
    show      a comparison as text for people

Finding (align), measuring (wording), typing (changes and its rooms), judging (severity) and showing (show) share one
vocabulary: services.domain.change.
"""
