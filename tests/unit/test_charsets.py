"""Pages that do not declare their encoding, but their language."""

from __future__ import annotations

import pytest

from monitor.domain.charsets import decode

SENTENCES = {
    "hu": "A kikötői tanács két elektromos kompot vásárol; fűtőművek és erőművek is épülnek.",
    "ro": "Consiliul a hotărât marţi să cumpere două feriboturi, a declarat şeful autorităţii.",
    "pl": "Mieszkańcy wysp skarżyli się na odwołane rejsy; „statek nie wyszedł” – mówił prezes.",
    "cs": "Přístavní rada v úterý rozhodla o koupi dvou lodí, řekl po jednání šéf úřadu Žák.",
    "sk": "Prístavná rada rozhodla o kúpe dvoch lodí, čím ukončila spor, ktorý trval deväť rokov.",
    "hr": "Lučko vijeće odlučilo je kupiti dva trajekta, rekao je čelnik uprave. Što će značiti?",
    "sl": "Pristaniški svet je odločil, da bo kupil dva trajekta, je po seji povedal vodja uprave.",
    "tr": "Liman meclisi salı günü iki elektrikli feribot alınmasına karar verdi, dedi Şahin.",
    "lt": "Uosto taryba antradienį nusprendė pirkti du elektrinius keltus, šią žiemą – dar vieną.",
    "fr": "Le conseil a décidé mardi d’acheter deux ferries électriques, après neuf années.",
}
CODES = {"tr": ["cp1254"], "lt": ["cp1257"], "fr": ["cp1252"]}
CASES = [(lang, code) for lang in SENTENCES for code in CODES.get(lang, ["cp1250", "iso8859_2"])]


@pytest.mark.parametrize(("language", "code"), CASES)
def test_the_language_of_a_page_tells_its_encoding(language: str, code: str) -> None:
    sentence = SENTENCES[language]
    if code == "iso8859_2":
        sentence = sentence.replace("„", '"').replace("”", '"').replace("–", "-")
    page = f"<!doctype html>\n<html dir=ltr lang='{language}-XX'><p>{sentence}</p></html>"
    assert sentence in decode(page.encode(code), "text/html")


def test_the_language_of_a_feed_tells_it_too() -> None:
    feed = f"<rss><channel><language>hu</language><title>{SENTENCES['hu']}</title></channel></rss>"
    assert decode(feed.encode("cp1250"), "text/xml") == feed


def test_a_declared_encoding_comes_before_the_language() -> None:
    page = "<html lang=cs><meta charset=windows-1252><p>Señor Nuñez</p></html>"
    assert decode(page.encode("cp1252")) == page
    assert "Señor" in decode("<html lang=hu><p>Señor</p></html>".encode())
