"""Two Documents to the typed truth of what changed between them. Pure.

    view       a document laid out in pieces (headings, sentences, 责任单位 lists, lines, furniture) that tile its text
    sections   which section became which             align      which piece became which (the nine steps of SPEC §11)
    parallel   the short way, where both are laid out alike
    dice       how alike two texts are                script     lossless character edit script
    wording    what differs inside a matched piece, in whole words (words) and whole numbers
    pair       a matched piece with its differences; making a Change from some of them
    changes    typing in the order of SPEC §12, one room a family: targets, deadlines, actors, modality, qualities,
               figures, metadata, rest (what stayed), outline (sections), lone (what one side has), attachments
    parts      one sentence against several                   slots      which number of a sentence became which
    found      what one detector answers
    severity   how serious a change is and which way it points
    ambition   which of two numbers asks more
    furniture  what differs and is no change                    account    nothing lost, nothing twice; proof by script
    carry      ids of an old version carried over to a new one
    compare    all of it: compare(old, new), body_key(document), carry_ids(old, new)
    show       a comparison as text for people
    page, rows a comparison as one HTML page, both texts side by side
    declared, telling   whether an edit was announced; a change as the data of an event

Finding (align), measuring (wording), typing (changes and its rooms), judging (severity) and showing (show) share one
vocabulary: services.domain.change.
"""
