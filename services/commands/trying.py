"""What a first look at a column found, for a person."""

from __future__ import annotations

from services.commands.fetching import plain
from services.domain.trial import Trial, TrialArticle

_WHY = {
    "robots": "its robots.txt keeps us out",
    "no_article_links": "no article links were found; is it the list page itself?",
    "dns": "the name does not resolve; is the address right and the network there?",
    "too_many_redirects": "it redirects in circles",
}


def shown_trial(trial: Trial) -> str:
    """What was found, what was not, and the settings proposed, as lines of sources.toml."""
    if trial.reason is not None:
        return f"栏目 column   {trial.url}\n未能读取 nothing to watch: {_WHY.get(trial.reason, trial.reason)}"
    dates = sorted(item.date for item in trial.items if item.date)
    span = f", {dates[0]} to {dates[-1]}" if dates else ", without dates"
    more = ", and further pages" if trial.more_pages else ", and no further page"
    lines = [f"栏目 column   {trial.url}", f"条目 articles {len(trial.items)} shown{span}{more}"]
    lines += [f"  {item.date or '-':10}  {plain(item.title)}" for item in trial.items[:5]]
    if trial.article is not None:
        lines.append(f"最新一篇 newest  {plain(trial.article.title or trial.article.url)}")
        lines.append(f"  {_read(trial.article)}")
    lines += [f"注意 note  {plain(warning)}" for warning in trial.warnings]
    lines.append("建议设置 proposed")
    return "\n".join([*lines, *(f"  {key} = {plain(value)}" for key, value in trial.proposed.items())])


def _read(article: TrialArticle) -> str:
    if article.reason is not None:
        return f"could not be read: {article.reason}"
    known = [article.kind, article.agency, article.published_at, f"{article.commitments} commitments"]
    return plain(" · ".join(str(one) for one in known if one))
