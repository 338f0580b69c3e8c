"""Words on which the reading of names turns, in lower case; languages stand together."""

from __future__ import annotations


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


TITLES = _words(
    """
    mr mrs ms miss dr prof sir dame president vice vice-president premier chancellor chairman
    chairwoman ceo director minister secretary ambassador governor gov mayor senator sen sens
    congressman congresswoman representative rep reps attorney atty
    officer sheriff deputy detective det sergeant sgt lieutenant lt captain capt colonel col gen
    commander cmdr admiral adm corporal cpl trooper investigator inspector commissioner
    superintendent coroner spokesman spokeswoman spokesperson
    professor reverend rev pastor archbishop bishop cardinal rabbi imam ayatollah pope
    chief former former-president late then-president ex-president president-elect prime retired
    interim senior assistant associate executive managing judge magistrate
    speaker leader administrator whip co-chair counsel senators neighbor neighbour prosecutor
    vice-chairman co-founder founder
    herr frau präsident präsidenten präsidentin bundespräsident bundeskanzler bundeskanzlerin
    kanzler kanzlerin
    ministerin bundesminister außenminister außenministerin innenminister finanzminister
    verteidigungsminister ministerpräsident regierungschef us-präsident us-präsidentin papst
    monsieur madame président présidente ministre señor señora presidente presidenta ministro
    ministra papa signor signora presidentessa senhor senhora meneer mevrouw
    президент президента президентом министр министра премьер-министр глава господин
    """
)
"""They precede a name and are none of it."""

GENERAL = _words("motors electric assembly hospital mills dynamics counsel election court")
"""Before these "General" is no rank."""

SUFFIXES = _words("jr sr ii iii inc corp co ltd llc plc")
"""They follow a name; its key does without them."""

HEADS = _words(
    """
    academy army association bank battle bay board bureau cape center centers centre chamber church
    city college commission committee congress corps council county court day department duchess
    duke earl federation foundation fund gulf house institute institutes isle kingdom league library
    ministry museum office order organisation organization port prince princess queen king republic
    school sea secretariat society strait states tower treaty union university war
    """
)
"""Before "of" or "for" they begin a name; any other word ends one there (Cruz of Texas)."""

OFFICES = _words("""
    state defense defence staff police treasury justice education energy homeland labor health
    commerce transportation housing agriculture interior finance foreign detectives
    majority minority
    """)
"""What a secretary or chief may be "of" before his name."""

POSSESSED = _words(
    """
    association bay church college committee council county day department eve fund hospital
    institute league march museum office party republic restaurant school society
    university vineyard
    """
)
"""After a possessive they belong to the same name (Sheriff's Department)."""

COMMON = _words(
    """
    i i'm i've i'd i'll ok tv dvd cd pm am est edt pst pdt cst cdt gmt utc cet bst ad bc mph id faq
    rss pdf ceo gop
    police officials authorities investigators officers witnesses detectives deputies residents
    neighbors neighbours experts critics supporters lawmakers lawyers protesters analysts sources
    family friends relatives victims victim students parents people man woman men women children
    gunman suspect suspects shooter prosecutors firefighters paramedics doctors
    earlier later meanwhile however moreover furthermore additionally nevertheless nonetheless
    instead indeed besides recently currently today tomorrow yesterday tonight last next first
    second third finally afterwards eventually maybe sure yes thanks thank please sorry hello hi
    asked speaking responding citing despite whether although because based given including
    following unlike regardless none nor two three four five six seven eight nine ten eleven twelve
    dozens hundreds thousands millions nearly roughly around part parts state states county city
    court house senate congress government congressional federal party street avenue road
    boulevard st ave department office district school university hospital capitol constitution
    millionen milliarden prozent euro dollar uhr ende anfang mitte
    blvd rd block photo photos photograph picture image video file credit caption courtesy source
    editor update updated correction note story news report reports breaking watch read more click
    here share live exclusive opinion editorial analysis advertisement copyright rights reserved
    press staff writer contributor correspondent published posted
    american americans republican republicans democrat democrats democratic conservative
    conservatives liberal liberals libertarian libertarians
    everybody somebody previous accused christmas thanksgiving halloween easter god internet
    web close cabinet departments bodies blog email website
    english spanish latino latinos hispanic muslim muslims christian christians jewish
    """
) | (TITLES | SUFFIXES | OFFICES)
"""Capitalised now and then, but no name alone, nor a name's first word at a sentence's start."""

INSTITUTIONS = _words(
    """
    federal state states county city court house senate congress government congressional party
    department office school university hospital district capitol constitution republican
    democratic american christian muslim jewish liberal conservative libertarian
    """
)
"""Of the common words those that may begin a longer name."""

DIRECTIONS = _words(
    "new old big good great north south east west northern southern eastern western san los"
)
"""No name alone, but a name's first word."""

_AGENCIES = """
ap, afp, upi, dpa, reuter, reuters, ansa, efe, tass, interfax, kyodo, xinhua, belga, lusa, cnn,
nbc, cbs, abc, pbs, npr, msnbc, getty, getty images, afp/getty, shutterstock, istock, associated
press, thomson reuters, agence france-presse, united press international, fox news, cnn.com,
foxnews, foxnewscom, nbc news, abc news, cbs news, sky news, ap photo, bbc, bbc news, nyt, new york
times, new york daily news, washington post, wall street journal, usa today, los angeles times
"""
AGENCIES = frozenset(" ".join(phrase.split()) for phrase in _AGENCIES.split(","))
"""Who reports, in lower case: they say nothing about what happened."""

NETWORKS = _words("twitter facebook instagram youtube whatsapp snapchat tiktok")
"""Where things are posted: seldom the news itself."""

FEASTS = _words("good super black ash palm cyber bloody easter memorial")
"""Before a weekday they make a name of it (Super Tuesday)."""

LINKS = _words("of for the & de la los las del di da dos du van der den von zu bin ibn abu")
"""Small words inside names."""

PLACE_CUES = {
    "en": (frozenset({"in", "near", "outside"}), frozenset({"at", "from"})),
    "de": (frozenset({"in", "bei", "nahe", "aus", "nach"}), frozenset()),
    "fr": (frozenset({"à", "en", "près de", "au", "aux"}), frozenset({"de", "depuis", "dans"})),
    "es": (frozenset({"en", "cerca de"}), frozenset({"desde", "hacia"})),
    "it": (frozenset({"a", "in", "vicino a"}), frozenset({"da", "ad"})),
    "pt": (frozenset({"em", "no", "na", "perto de"}), frozenset({"desde"})),
    "nl": (frozenset({"in", "nabij", "bij", "buiten"}), frozenset({"uit", "naar"})),
}
"""Language -> words before a place: those that nearly always mean one, those that may."""

GERMAN_IDIOMS = _words(
    """
    frage haft zukunft kraft richtung höhe gefahr betrieb bezug folge kürze gang form aussicht
    anspruch zeiten millionen angaben monaten jahren tagen wochen stunden minuten ende anfang
    rente ruhe schach sicht bau arbeit hause teilen zahlen
    """
)
"""German nouns that follow "in", "aus" or "nach" without an article."""

GERMAN_NOUN_ENDINGS = ("ung", "ungen", "heit", "keit", "schaft", "tion", "tionen", "tät", "mus")
