"""Bytes to lines. Pure: what came over the wire goes in, values come out, and a broken page is one of them.

    extract    read_page: a page's bytes to lines, metadata, attachments and a verdict
      decode     bytes to text, with the evidence for the encoding
      limits     what a page may cost, judged before it is parsed
      head       title, publication time, publisher      catalogue   the 信息公开目录 block
      containers the article's element by the page's family      structure   by its prose, where no rule knows the page
      furniture  blocks that are not the article      lines, tables   HTML to paragraphs and table rows
      copies    one article, printed twice
      residue   readings left behind characters
      attachments files and pictures      pages   further pages of an article or a list
      quality    is this the document at all?
    joining    read_pages: an article split over several pages to one Page
    listing    read_list: a column page or a list answer to its items
      rows       HTML rows      answers   dataproxy XML and JSON
    plain      a text file in the seeds' form, and the rules for furniture lines
    model      Line and Page, what all of this yields

Selectors, labels and names are data in services/parser/lexicon: containers, furniture, furniture_blocks, head, listing,
attachments, quality. selectolax is used in this room only.
"""
