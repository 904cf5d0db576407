"""Two Documents to the typed truth of what changed between them. Pure.

    compare    all of it: compare(old, new), body_key(document), carry_ids(old, new)

    matching   view (a document in pieces that tile its text), sections, align (the nine steps of SPEC §11), alignment
               (what they answer), parallel (the short way, where both are laid out alike), apart (where too much
               differs: what stayed word for word), parts (one sentence against several), dice (how alike), carry (ids)
    marking    script (lossless edits), wording (what differs, in whole words and whole numbers), pair (a matched piece
               with its differences), account (nothing lost, nothing twice; proof by the script)
    kinds      changes: typing in the order of SPEC §12, one room a family: targets, deadlines, actors (partners are
               named beside them), modality, qualities, figures, metadata, rest (what stayed), outline (sections), lone
               (what one side has), attachments; coarse says what can be said where too much differs; furniture is
               what differs and is no change
    judging    severity and direction, one table; softening: which way mere words point; declared: was it announced
    showing    show (text), page and rows (HTML), telling (the data of an event)

All share one vocabulary: services.domain.change.
"""
