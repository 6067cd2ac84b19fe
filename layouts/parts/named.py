"""Names of what is coded by the contract's own words: sources of cases, levels of areas."""

from layouts.words import known, t


def source_name(source: str, lang: str) -> str:
    """The name of a source of cases; one that is not of the contract is shown as it is."""
    return t(f"source-{source}", lang) if known(f"source-{source}", lang) else source


def level_name(level: str, lang: str) -> str:
    """The name of a level of areas; one that is not of the contract is shown as it is."""
    return t(f"level-{level}", lang) if known(f"level-{level}", lang) else level


def grade_name(grade: str, lang: str) -> str:
    """The name of a grade of supervision; one we do not know is shown as it is."""
    if not grade:
        return t("grade-none", lang)
    return t(f"grade-{grade}", lang) if known(f"grade-{grade}", lang) else grade
