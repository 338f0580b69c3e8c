"""Invented news in two languages: two events of one topic (volcanoes), and other news."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor import app
from monitor.domain.backgrounds import Backgrounds
from monitor.types import Article

SHIPPED = Backgrounds.from_bytes(app.backgrounds())
JOIN = app.join_model()

MARCH = datetime(2022, 3, 4, 9, tzinfo=UTC)
SEPTEMBER = datetime(2022, 9, 14, 18, tzinfo=UTC)


def article(
    title: str = "", text: str = "", published: datetime | None = None, language: str = "en"
) -> Article:
    return Article("", title, text, published, "page", language=language)


SORREL_1 = article(
    "Mount Sorrel volcano erupts, thousands flee lava",
    "The Mount Sorrel volcano erupted before dawn on Friday, sending lava towards the fishing port "
    "of Halden and forcing 4,000 people from their homes. Ash rose eleven kilometres and closed "
    "the island's airport. Volcanologist Ines Tarrant, who runs the Halden observatory, said the "
    "magma chamber had been swelling for weeks. Governor Piet Valk ordered an evacuation.",
    MARCH,
)
SORREL_2 = article(
    "Lava nears Halden after eruption of Sorrel",
    "A river of lava from Mount Sorrel crept to within a kilometre of Halden on Friday evening, "
    "hours after the volcano erupted. Ferries carried residents to the mainland while Governor "
    "Piet Valk asked for help. Ash shut the airport, and the observatory's Ines Tarrant expected "
    "the eruption to last for days as magma kept rising beneath the crater.",
    MARCH.replace(hour=20),
)
SORREL_3 = article(
    "Ash from erupting volcano grounds flights",
    "Airlines cancelled 120 flights on Saturday because ash from the Sorrel volcano drifted over "
    "the strait. The eruption, which drove thousands out of Halden, weakened overnight, but lava "
    "still flowed from two vents in the crater, Ines Tarrant of the observatory said.",
    MARCH.replace(day=5),
)
KESTREL_1 = article(
    "Kestrel Peak erupts for the first time in a century",
    "Kestrel Peak, a volcano in the Oram highlands, erupted on Wednesday for the first time since "
    "1911. Ash fell on the ski town of Brandis and lava melted a glacier, so that a flood of mud "
    "swept away a road bridge. Two climbers are missing, rescue chief Lena Okafor said. "
    "Scientists had recorded magma moving beneath the crater since July.",
    SEPTEMBER,
)
KESTREL_2 = article(
    "Two climbers missing as highland volcano blows",
    "Rescuers led by Lena Okafor searched the slopes above Brandis for two climbers after the "
    "eruption of Kestrel Peak, which threw ash and lava over a glacier in the Oram highlands. "
    "Mud destroyed a bridge. The volcano had been silent since 1911, but magma had stirred beneath "
    "the crater since the summer.",
    SEPTEMBER.replace(day=15),
)
SEEDS = (SORREL_1, SORREL_2, SORREL_3)

OTHER_NEWS = (
    article(
        "Rovers beat United in cup final",
        "A late header gave Rovers a 2-1 win over United in the cup final on Saturday. The manager "
        "praised his defenders after a season in which injuries kept half the team out. Fans "
        "danced in the streets until midnight.",
    ),
    article(
        "Central bank raises rates again",
        "The central bank raised its main interest rate by a quarter point to 3.5 percent on "
        "Thursday, saying that inflation would stay above its target next year. Shares fell and "
        "the currency gained against the dollar. Economists expect another rise in spring.",
    ),
    article(
        "Senators argue over health bill",
        "Republican and Democratic senators argued late into the night over a bill that would "
        "extend health insurance to two million people. The president said he would sign it. "
        "A vote is expected next week, leaders of both parties said.",
    ),
    article(
        "Film about a lonely gardener wins festival",
        "A quiet film about a gardener who writes letters to strangers won the main prize at the "
        "festival on Sunday. The jury praised its actors and its music. It will open in cinemas "
        "in the autumn, the distributor said.",
    ),
    article(
        "Police arrest three over museum theft",
        "Police arrested three men over the theft of a painting from the city museum last month. "
        "The picture was found in a garage. A court will hear the case on Monday, a prosecutor "
        "said, and the museum plans to show the painting again.",
    ),
)

INSEL_1 = article(
    "Vulkan auf Halden ausgebrochen, Tausende fliehen",
    "Der Vulkan Sorrel ist am Freitag vor Sonnenaufgang ausgebrochen. Lava floss auf den Hafen von "
    "Halden zu, 4000 Bewohner mussten ihre Häuser verlassen. Die Asche stieg elf Kilometer hoch "
    "und legte den Flughafen der Insel lahm. Die Vulkanologin Ines Tarrant sagte, das Magma unter "
    "dem Krater sei seit Wochen gestiegen. Gouverneur Piet Valk ordnete die Räumung an.",
    MARCH,
    "de",
)
INSEL_2 = article(
    "Lava nähert sich nach dem Ausbruch der Stadt",
    "Ein Strom aus Lava vom Sorrel kam am Freitagabend bis auf einen Kilometer an Halden heran, "
    "Stunden nach dem Ausbruch des Vulkans. Fähren brachten Bewohner auf das Festland, Gouverneur "
    "Piet Valk bat um Hilfe. Wegen der Asche blieb der Flughafen geschlossen. Der Ausbruch werde "
    "noch Tage dauern, sagte Ines Tarrant vom Observatorium: Unter dem Krater steige Magma auf.",
    MARCH.replace(hour=20),
    "de",
)
GIPFEL_1 = article(
    "Erster Ausbruch des Kestrel seit hundert Jahren",
    "Der Vulkan Kestrel im Hochland von Oram ist am Mittwoch erstmals seit 1911 ausgebrochen. "
    "Asche fiel auf den Skiort Brandis, Lava schmolz einen Gletscher, und eine Flut aus Schlamm "
    "riss eine Brücke mit. Zwei Bergsteiger werden vermisst, sagte die Leiterin der Rettung Lena "
    "Okafor. Unter dem Krater hatte sich seit Juli Magma bewegt.",
    SEPTEMBER,
    "de",
)
POKAL = article(
    "Pokalsieg in letzter Minute",
    "Mit einem späten Tor hat die Mannschaft am Samstag das Finale gewonnen. Die Anhänger feierten "
    "bis in den Morgen, der Trainer lobte die Abwehr und sprach von einer großen Zeit, in der die "
    "halbe Mannschaft verletzt gewesen sei.",
    language="de",
)
VOLCAN = article(
    "Le volcan Sorrel entre en éruption",
    "Le volcan Sorrel est entré en éruption vendredi avant l'aube. La lave a coulé vers le port de "
    "Halden et 4 000 habitants ont dû quitter leurs maisons. Les cendres ont fermé l'aéroport de "
    "l'île, a dit la volcanologue Ines Tarrant, et le magma continue de monter sous le cratère.",
    MARCH,
    "fr",
)
