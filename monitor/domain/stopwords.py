"""Function words by language: they say nothing about a topic.

Without these lists a language that the background table has never seen would seem full of rare,
telling words.  Only words of grammar, and in English the words that newspapers add to any story.
"""

from __future__ import annotations

_WORDS = {
    "en": """
        a about above across after again against all almost along already also although always
        am among an and another any anyone anything are aren't around as at away back be because
        been before being below between both but by came can can't cannot come could couldn't did
        didn't do does doesn't doing don't down during each either else even ever every everyone
        everything few for from further get give given go got had hadn't has hasn't have haven't
        having he he'd he'll he's her here hers herself him himself his how however i i'd i'll i'm
        i've if in into is isn't it it's its itself just least less let's like made make many may
        me might mine more most much must mustn't my myself near nearly neither never no nobody
        nor not nothing now of off often on once one only onto or other others our ours ourselves
        out over own per perhaps put quite rather really same see seem seemed seems several shall
        she she'd she'll she's should shouldn't since so some someone something sometimes still
        such take than that that's the their theirs them themselves then there there's therefore
        these they they'd they'll they're they've thing this those though through thus to together
        too toward towards under until unless up upon us very via was wasn't we we'd we'll we're
        we've well went were weren't what what's whatever when where whether which while who who's
        whom whose why will with within without won't would wouldn't yet you you'd you'll you're
        you've your yours yourself
        according added mr mrs ms say saying says said tell told
        monday tuesday wednesday thursday friday saturday sunday
        """,
    "de": """
        aber alle als also am an auch auf aus bei beim bin bis bist da damit dann das dass dem den
        denn der des dessen die dies diese diesem diesen dieser dieses doch dort durch ein eine
        einem einen einer eines er es etwa für gegen hat hatte hatten habe haben hier ich ihm ihn
        ihr ihre ihrem ihren ihrer im in ins ist ja jede jeder kann kein keine können könnte man
        mehr mit muss nach nicht noch nun nur ob oder ohne sagte schon sehr sei sein seine seinem
        seinen seiner seit sich sie sind so sollen sollte sondern über um und uns unter vom von vor
        war waren was weil wenn wer werden wie wieder will wir wird wo wurde wurden zu zum zur
        """,
    "fr": """
        a afin ai ainsi alors après au aussi autre aux avait avant avec avoir car ce cela celle
        celui ces cet cette ceux chez comme contre d'un d'une dans de depuis des deux dit donc dont
        du elle elles en encore entre est et été être eu fait font il ils je jusqu la le les leur
        leurs lors lui mais même moins n'a n'est ne nos notre nous on ont ou où par pas pendant peu
        peut plus pour qu'il qu'elle quand que quelques qui sa sans se sera ses si son sont sous
        sur tous tout toute très un une vers vos votre vous y c'est l'on s'est
        """,
    "es": """
        a al algo ante antes así aunque cada como con contra cual cuando de del desde dijo donde
        dos durante e el ella ellos en entre era eran es esa ese eso esta está están este esto
        estos fue fueron ha había han hasta hay la las le les lo los más me mientras muy ni no nos
        o otra otro otros para pero por porque puede que qué quien se según ser si sí sido sin
        sobre son su sus también tan tiene tras un una uno unos y ya yo
        """,
    "it": """
        a ad ai al alla alle allo anche ancora che chi ci come con contro cosa così cui da dal
        dalla dalle de dei degli del della delle dello di dopo due e è ed era essere fa fra già gli
        ha hanno i il in io la le lo loro ma mentre molto nei nel nella nelle no noi non o ogni per
        perché più poi prima può quando quella quello questa questo se sempre senza si sia sono
        stata stato su sua sui sul sulla suo suoi tra tutti tutto un una uno
        """,
    "pt": """
        a ao aos após as até cada com como contra da das de depois disse do dois dos e é ela ele
        eles em entre era essa esse esta está estão este eu foi foram há isso já lhe mais mas mesmo
        muito na não nas nem no nos num numa o onde os ou para pela pelas pelo pelos pode por
        porque quando que quem se sem ser será seu seus são só sobre sua suas também tem ter um uma
        """,
    "nl": """
        aan al alle als bij daar dan dat de deze die dit doen door dus een en er geen haar had
        hadden hebben heeft hem het hier hij hun ik in is je kan kunnen maar meer men met moet na
        naar niet nog nu of om ook op over sinds te tegen toen tot tussen uit van veel voor want
        waren was wat we wel werd werden wie wij wordt worden zei zich zij zijn zo zonder zou
        """,
    "sv": """
        alla att av blev blir de dem den denna det detta dig din du där efter ej eller en enligt
        ett från för ha hade han har hon hos hur här i in inte ja jag kan kommer man med men mer
        mot mycket ni nu när och om oss på sedan sig sin sina ska skulle som så till under upp ut
        utan vad var vara vi vid är även över
        """,
    "da": """
        af alle at blev bliver da de dem den der deres det dette du efter ej eller en er et for
        fra få han har havde hun hvad hvis hvor i ikke ind jeg kan kom kun man med meget men mere
        mod ned nu når og også om op os over på sig sin sine skal som så til ud under var ved vi
        vil være
        """,
    "no": """
        alle at av ble blir da de dem den denne der det dette du eller en enn er et etter for fra
        få ha hadde han har hun hva hvis hvor i ikke inn jeg kan kom kun man med men mer mot ned nå
        når og også om opp oss over på seg sin sine skal som så til under ut var ved vi vil være
        """,
    "ru": """
        а без более бы был была были было быть в вам вас весь во вот все всех вы где для до его ее
        ей ему если есть еще же за и из или им их к как когда который которые кто ли между меня мне
        мы на над не него нее нет ни них но о об он она они оно от по под после при с со так также
        там то того тоже только том у уже чем что чтобы это этого этой этом я
        """,
}

STOP_WORDS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
"""ISO 639-1 code -> lower-case words."""
