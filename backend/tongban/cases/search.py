"""Finding people by name: bigrams in a column of our own, under a GIN index.

Stock PostgreSQL has no Chinese parser, and trigrams cannot find two characters.
"""

import re

from sqlalchemy import ColumnElement, func

from tongban.cases.models import Case

_WORD = re.compile(r"[\w·]+")


def bigrams(text: str) -> list[str]:
    """`张三丰` → `张三 三丰`; Latin words and single characters stay whole. Lower case."""
    found: list[str] = []
    for word in _WORD.findall(text.lower()):
        if word.isascii() or len(word) == 1:
            found.append(word)
        else:
            found.extend(word[index : index + 2] for index in range(len(word) - 1))
    return found


def searchable(*texts: str) -> str:
    """What `cases.names` holds, from which the database makes the search vector."""
    return " ".join(gram for text in texts for gram in bigrams(text))


def matches(text: str) -> ColumnElement[bool] | None:
    """Cases whose names hold all of the text's bigrams; None where nothing can be searched.

    A Chinese character alone stands for the bigrams that it begins: 王 finds 王秀兰.
    """
    grams = bigrams(text)
    if not grams:
        return None
    query = " & ".join(
        f"'{gram}':*" if len(gram) == 1 and not gram.isascii() else f"'{gram}'" for gram in grams
    )
    return Case.search.op("@@")(func.to_tsquery("simple", query))
