"""Function words by language: they say nothing about a topic.

Without these lists a language that the background table has never seen would seem full of rare,
telling words.  Only words of grammar, and those that newspapers add to any story: the days of the
week, and verbs of saying.
"""

from __future__ import annotations

from monitor.domain.stoppairs import STOP_PAIRS

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
        ab aber alle allem allen aller alles als also am an andere anderem anderen anderer anderes
        auch auf aus ausserdem bei beim bereits berichtet berichtete besonders bevor bin bis bisher
        bist da dabei dadurch dafür dagegen daher dahin damals damit danach daneben dann daran
        darauf daraus darin darum darüber das dass davon davor dazu dazwischen dein deine deinem
        deinen deiner dem demnach den denen denn der deren derselbe derzeit des deshalb dessen dich
        die dienstag dies diese dieselbe diesem diesen dieser dieses dir doch donnerstag dort du
        durch durfte durften dürfen eben ebenfalls ebenso eher eigene eigenen ein einander eine
        einem einen einer eines einige einigen einiger einmal er erklärt erklärte erst es etwa euch
        eure eurem euren eurer fast freitag für ganz gar gegen gerade gern gibt habe haben hat hatte
        hatten hier hin hinter hätte hätten ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in
        indem infolge innerhalb ins insgesamt irgend ist ja jede jedem jeden jeder jedes jedoch
        jemand jener jetzt jeweils kam kann kein keine keinem keinen keiner konnte konnten könne
        können könnte könnten lassen laut lediglich lässt machen macht mal man manche manchmal mehr
        mein meine meinem meinen meiner meist mich mir mit mitteilte mittlerweile mittwoch mochte
        montag muss musste mussten möchte müsse müssen nach neben nicht nichts nie niemand nirgends
        noch nochmals nun nur nämlich ob obwohl oder oft ohne rund sagen sagt sagte sagten samstag
        schliesslich schon sehr sei sein seine seinem seinen seiner seit selber selbst sich sicher
        sie sind so sogar solche solchen solcher soll sollen sollte sondern sonnabend sonntag sonst
        soweit sowie sowohl später statt stets teilte trotz trotzdem um und uns unser unsere unserem
        unseren unserer unter unterdessen viel viele vielen vieler vielleicht vom von vor wann war
        waren warum was weder wegen weil weiter weitere weiteren weiterhin welche welchen welcher
        welches wem wen wenig wenige weniger wenn wenngleich wer werden weshalb wessen wie wieder
        wieso will wir wird wirklich wo wolle wollen wollte wollten worden worin wurde wurden
        während würde würden zu zudem zufolge zum zur zuvor zwar zwei zwischen über
        """,
    "fr": """
        a abord affirmé afin ai ailleurs ainsi ajouté alors après au aujourd'hui auquel aura
        auraient aurait auront aussi aussitôt autant autour autre autres aux auxquels avaient avais
        avait avant avec avoir avons ayant ayez bien car ce ceci cela celle celles celui cependant
        certain certaine certaines certains ces cet cette ceux chacun chacune chaque chez combien
        comme comment contre dans davantage de dehors delà depuis derrière des desquels deux devant
        dimanche dit doit doivent donc dont dorénavant du duquel dès déclaré déjà elle elles en
        encore entre est et eu eux expliqué faire faisait fait fallait faudra faut fois font furent
        fut hier hors ici il ils indiqué jamais je jeudi jusqu jusque la laquelle le ledit lequel
        les lesquelles lesquels leur leurs longtemps lors lorsqu lorsque lui lundi là ma maintenant
        mais malgré mardi me mercredi mes mien moi moins mon moyennant même ne ni non nos notamment
        notre nous nul nôtre on ont or ou oui outre où par parce parfois parmi partout pas pendant
        personne peu peut plupart plus plusieurs plutôt pour pourquoi pourrait pourront pourtant
        pouvait pouvoir presque près précisé puis puisqu puisque qu quand quant que quel quelle
        quelles quelqu'un quelque quelques quels qui quoi quoique sa samedi sans sauf se selon sera
        seraient serait seront ses seul seulement si sien sinon sois soit sommes son sont soudain
        sous souvent suis sur surtout ta tandis tant te tel telle telles tels tes toi ton toujours
        tous tout toute toutefois toutes très tu tôt un une va vendredi vers voici voilà voire vont
        vos votre vous vôtre y à ça étaient étais était étant été être
        """,
    "es": """
        a abajo acá además adonde afirmó agregó ahora ahí al algo alguien alguna algunas alguno
        algunos algún allá allí ambas ambos ante antes apenas aquel aquella aquellas aquello
        aquellos aquí arriba aseguró así atrás aun aunque añadió aún bajo bastante bien cada casi
        cierto como con conmigo consigo contigo contra cual cualquier cualquiera cuando cuanta
        cuantas cuanto cuantos cuya cuyas cuyo cuyos cuál cuáles cuándo cuánto cómo de debajo debe
        deben declaró del dentro desde después dice dicen dicha dicho dichos dijo domingo donde dos
        durante dónde e el ella ellas ello ellos embargo en encima enfrente entonces entre era eran
        eras es esa esas ese eso esos esta estaba estaban estado estamos estando estar estará estas
        este esto estos estoy estuvieron estuvo está están etc excepto explicó fue fuera fueran
        fueron fuese fui gran ha haber habrá habría había habían hace hacen hacer hacia han hasta
        hay he hemos hizo hoy incluso indicó jamás jueves junto la las le lejos les lo los luego
        lunes martes mas me menos mi mientras mis misma mismas mismo mismos miércoles mucha muchas
        mucho muchos muy más mí nada nadie ni ninguna ninguno ningún no nos nosotras nosotros
        nuestra nuestras nuestro nuestros nunca o os otra otras otro otros para pero pese poca pocas
        poco pocos podrá podría podía por porque puede pueden pues puesto que quien quienes quizá
        quizás qué respecto salvo se sea sean según ser será serán sería señaló si sido siempre sin
        sino sobre sola solamente solo somos son soy su sus suya suyo suyos sábado sí sólo tal tales
        también tampoco tan tantas tanto tantos te tenemos tener tengo tenía tenían ti tiene tienen
        toda todas todavía todo todos tras través tu tus tuvo tú un una unas uno unos usted ustedes
        va vamos van varias varios veces vez viernes vosotros vuestra vuestro y ya yo él éramos ésta
        éste
        """,
    "it": """
        a abbia abbiamo ad affinché aggiunto agli ai al alcuna alcune alcuni alcuno alla alle allo
        allora altra altre altri altrimenti altro anche ancora anzi appena aver avere aveva avevano
        avrebbe avrà avuto benché bene bensì certa certe certi certo che chi chiunque ci ciascuno
        cioè circa ciò coi col coloro colui come comunque con contro cosa cosi così cui da dagli dai
        dal dalla dalle dato davanti davvero de degli dei del della delle dello dentro detto di dice
        dichiarato dietro domenica dopo dove dovrebbe dovrà due dunque durante e ebbe ecco ed eppure
        era erano essa essere essi esso fa fare farà fatto finché fino fosse fossero fra fu fuori
        furono giovedì già giù gli ha hai hanno ho i il in infatti inoltre insieme intanto intorno
        invece io la le lei li lo loro lui lunedì lungo lì ma magari mai martedì me medesimo meglio
        meno mentre mercoledì mi mia mie miei mio molto ne neanche negli nei nel nella nelle nemmeno
        neppure nessun nessuna nessuno niente no noi non nostra nostre nostri nostro nulla o oggi
        ogni ognuno oltre oppure ora ormai ovvero parecchi per perché pertanto però piuttosto più
        poco poi possa possono potrebbe potrà presso prima proprio pure può qua qual qualche
        qualcosa qualcuno quale quali qualsiasi qualunque quando quanti quanto quasi quegli quei
        quel quella quelle quelli quello quest questa queste questi questo qui quindi sabato saranno
        sarebbe sarà se secondo sei sembra sempre senza seppure si sia siamo siano siete solo
        soltanto sono sopra soprattutto sotto spiegato sta stanno stata state stati stato stava
        stessa stesse stessi stesso su sua sugli sui sul sulla sulle suo suoi tale tali talvolta
        tanta tante tanti tanto te ti tra tramite troppo tu tua tue tuo tuoi tutta tuttavia tutte
        tutti tutto un una uno va venerdì vengono venne verso vi via vicino viene voi vostra vostre
        vostri vostro è
        """,
    "pt": """
        a acerca acrescentou afirmou agora ainda algo algum alguma algumas alguns alguém ali além
        ambos ante antes ao aos apenas apesar após aquela aquelas aquele aqueles aqui aquilo as
        assim através atrás até aí bastante bem cada certa certo com comigo como conforme consigo
        contra contudo cuja cujas cujo cujos cá da daquela daquele das de declarou dela delas dele
        deles demais dentro depois dessa desse desta deste deve devem disse disseram disso disto diz
        dizem do dois domingo dos durante e ela ele eles em enquanto entre entretanto então era essa
        essas esse esses esta estamos estar estará estas estava estavam este estes esteve estiveram
        estou está estão etc eu explicou fazem fazer fez foi fora foram fosse haver havia hoje há
        inclusive isso isto jamais junto já lhe lhes logo longe lá mais mas me menos mesmo meu meus
        mim minha minhas muita muitas muito muitos na nada naquela naquele nas nela nele nem nenhum
        nenhuma nessa nesse nesta neste ninguém nisso no nos nossa nossas nosso nossos num numa
        nunca não nós o onde os ou outra outras outro outros para pela pelas pelo pelos perante
        perto pode podem poderia poderá pois por porque portanto porém pouca pouco poucos própria
        próprio quais qual qualquer quando quanto quantos quarta-feira quase que quem quer
        quinta-feira quê se segunda-feira segundo sei sem sempre sendo senão ser seria será serão
        seu seus sexta-feira si sido sim sob sobre sobretudo somos sou sua suas sábado são só tais
        tal talvez também tampouco tanta tanto te tem tendo tenha tenho ter teria terça-feira teu
        teus teve tinha tinham toda todas todavia todo todos tu tua tuas tudo tão um uma umas uns
        vai vez vezes você vocês vos vou várias vários vão à às é
        """,
    "nl": """
        aan aangezien achter af al aldus alle allebei alleen allemaal alles als alsof altijd ander
        andere anderen behalve beide ben beneden bent bij bijna binnen boven bovendien buiten daar
        daarbij daardoor daarin daarmee daarna daarom daarop daarvan dadelijk dan dat de deden deed
        degene der des deze dezelfde die diegene dien dikwijls dinsdag dit doch doen doet donderdag
        door doordat dus echter een eens eerst eigen elk elkaar elke en ene enige enkele er erg
        ervan even gaan gaat gauw gedaan geen geweest geworden ging gingen haar had hadden heb
        hebben hebt heeft hem hen het hier hierdoor hiermee hierna hij hoe hoewel hun ieder iedere
        iedereen iemand iets ik in indien inmiddels is ja je jij jouw juist jullie kan komen komt
        kon konden krijgen kunnen kunt laat laten later liet maakt maandag maar mag maken me mee
        meer meeste men met mij mijn misschien mits mochten moest moesten moet moeten na naar naast
        nadat namelijk nee nergens net niemand niet niets nog nogal nooit nu of om omdat omlaag
        ondanks onder ondertussen ons onze ooit ook op opnieuw over rond samen sinds sommige soms
        spoedig staat steeds te tegelijk tegen ten tenzij ter terug terwijl tijdens toch toe toen
        tot totdat tussen uit uw vaak van vanaf vandaag vanuit vanwege veel vele verder
        verschillende vervolgens via volgens voor vooral voorbij voordat vrijdag waar waardoor
        waarin waarmee waarom waarop waarvan wanneer want waren was wat we weer weg wegens weinig
        wel welk welke werd werden wie wiens wij wil wilde willen woensdag word worden wordt zal
        zaterdag ze zeer zeggen zegt zei zelf zelfs zich zij zijn zo zo'n zoals zodat zondag zonder
        zou zowel zulke zullen één
        """,
    "sv": """
        aldrig alla allt alltid andra annan annat att av bakom bara bland blev blir blivit bort
        bättre båda de dels dem den denna dessa det detta dig din dock dom du där då efter eftersom
        ej eller en enligt ens era ert ett fick fler flera fram fredag från få får för före första
        ge genom ger gick gjorde gjort gång gör göra ha hade han har hela heller henne hennes hon
        honom hos hur här i igen in inga ingen inget innan inom inte ja jag ju just kan kom komma
        kommer kring kunde kunna lite låta lördag man med medan mellan men mer mest mig min mina
        mindre mitt mot mycket måndag många måste ni nog nu när närmare nästan någon något några och
        ock också olika om onsdag oss per på redan sade sagt samma samt se sedan senare ser sig sin
        sina sitt själv själva ska skriver skulle snart som strax säger så sådan sådana söndag tar
        tidigare till tills tisdag torsdag två tycker under upp ur ut utan utanför vad var vara
        varför varit varje vars vem vet vi vid vilka vilken vilket vill väl vår våra vårt än ännu är
        även åt över
        """,
    "da": """
        af aldrig alle alt altid anden andet andre at bag bare begge blandt blev blevet blive bliver
        blot både da de dem den der deres derfor dermed det dette dig din dine disse dit dog du
        efter eftersom egen ej eller ellers en end endnu ens er et fik fire flere for fordi
        forskellige fra fredag frem få får før først første gennem ger gik gjorde gjort gør gøre ham
        han hans har havde heller helt hende hendes her hos hun hvad hvem hver hvilke hvilken
        hvilket hvis hvor hvordan hvorfor i igen igennem ikke imellem imod ind inde inden ingen
        intet jeg jo kan kom kun kunne lade langs lidt lige lørdag man mandag mange med meget mellem
        men mens mere mest mig min mindre mine mit mod må måske måtte ned nogen noget nogle nok nu
        når næsten og også om omkring onsdag op os over på sagde samme samt se selv senere ser ses
        siden sig sige siger sin sine sit skal skulle snart som stadig står så sådan sådanne søndag
        tage tager tidligere til tirsdag to torsdag ud uden udover under var ved vi vil ville vores
        være været
        """,
    "no": """
        aldri alle alltid alt andre annen annet at av bak bare begge blant ble bli blir blitt både
        da de deg dem den denne der dere deres derfor dessuten det dette din dine disse ditt dog du
        egen ei eller ellers en enn ennå er et ett etter fikk flere for fordi fra fram fredag få får
        før først første gang ganske gi gikk gjennom gjorde gjort gjør gjøre ha hadde ham han hans
        har heller henne hennes her hos hun hva hvem hver hvert hvilke hvilken hvis hvor hvordan
        hvorfor i igjen ikke imot ingen inn innen ja jeg jo kan kom kun kunne la langs like litt
        lørdag man mandag mange med meg mellom men mens mer mest min mindre mine mitt mot må måtte
        ned nesten noe noen nok nå når og også om onsdag opp oss over på rundt sa samme samt se seg
        selv senere ser si siden sier sin sine sitt skal skulle slik slike snart som står så søndag
        ta tar tidligere til tirsdag to torsdag tror under unna ut uten var ved vel vi vil ville vår
        våre være vært å
        """,
    "fi": """
        aina ainakin aivan alla ei eikä eivät ellei emme en enemmän ennen enää eri esimerkiksi et
        ette että he heidän heidät heille heitä hyvin hän häneen hänelle hänellä hänen hänet ihan
        ilman ja jo johon joka jokainen joko jolla jolle jonka jopa jos joskus jossa josta jota
        jotain joten jotka jotta juuri jälkeen kaikki kaikkia kaikkien kaksi kanssa kautta kerran
        kertoi kertoo keskiviikkona ketä koko koska koskaan kuin kuinka kuitenkin kuka kun kuten
        kyllä lauantaina lisäksi lähes maanantaina me meidän meille meillä meitä melko mihin miksi
        mikä mikäli minkä minun minut minä missä mistä miten mitkä mitä mitään molemmat monet moni
        mukaan mukana mutta muun muut muuta myöhemmin myös ne niiden niin niitä no noin nuo nyt
        näiden näin näitä nämä ole olemme olen olet olette oli olimme olin olisi olisivat olivat
        olla olleet ollut on onko osa ovat paitsi paljon pelkästään perjantaina pitää pois päin saa
        saada sai sama samalla samoin sanoi sanoo se sekä sen siellä siihen siinä siis siitä sille
        silloin sillä silti sinä sitten sitä sunnuntaina suoraan taas tai takia te tehdä teidän
        tiistaina torstaina tulee tuli tuo tuon tuossa tuota tähän tällä tämä tämän tänne tässä
        tästä tätä useat usein useita vaan vai vaikka vain vasta vastaan viela vielä voi voida
        voidaan voisi voivat vähän yhä yksi yli ympäri
        """,
    "ru": """
        а без благодаря более больше будет будто будут бы бывает был была были было быть в вам вас
        вдруг ведь весь весьма вместе вместо вне внутри во возле вокруг вообще воскресенье
        воскресенья вот вполне все всегда всего всей всем всеми всему всех всю вся всякий вторник
        вторника вы где говорит говорится да даже два две для до добавил другая другие других другой
        его едва ее ей ему если есть еще ею же за затем зачем заявил заявила заявили здесь и из или
        им именно иначе иногда иной итак их к каждая каждого каждый кажется как какая какие каким
        каких какого какой кем когда кого кому которая которого которое которой котором которому
        которую которые который которым которыми которых кроме кто куда ли либо лишь лучше мало
        между менее меня мне много мог могла могли могу могут мое может можно мои мой моя мы на над
        наиболее наконец нам нами нас наш наша наше наши не него нее некоторые нельзя несколько нет
        ни нибудь никак никогда никто ним ними них ничего но ну нужно о об однако около он она они
        оно опять от откуда отметил отметила отчего очень перед по под подчеркнул пока понедельник
        понедельника поскольку после потом потому почему почти пояснил прежде при про просто против
        пусть путем пятницу пятницы раз разве рассказал с сам сама сами самих само самого самой свое
        своего своей своем своему своею свои своими своих свой свою себе себя сегодня сей сейчас
        сказал сказала со собой собою совсем согласно сообщает сообщается сообщил сообщила сообщили
        среди среду среды стал стала стали субботу субботы так такая также такие таким таких такого
        такой там тебе тебя тем теми теперь тех то того тоже только том ту туда тут ты у уже хотел
        хоть хотя хочет чего чей чем чему через четверг четверга что чтобы чуть эта эти этим этими
        этих это этого этой этом этому эту я является являются
        """,
    "uk": """
        а або адже але б без би бо був буде будуть була були було бути більше в вам вами вас ваш вже
        ви вона вони воно все всього всі всіх втім вівторок від відповідно він де для до дуже ж же з
        за завжди зараз заявив заявила зокрема зі й його йому каже ким кого кожен коли крім ледве
        лише мають має мене мені ми може можна можуть моя між мій на навіть над нам нами нас наш
        наша наші не неділю неділя нехай нею неї ним ними них ну ні ніж ніхто нічого о об один одна
        однак ось от п'ятницю п'ятниця перед по повідомив повідомила повідомили повідомляють
        повідомляє поки понеділок при про проте проти протягом під після разом раніше сам сама саме
        свого свою своє своєї свої своїй своїх себе серед середа середу сказав сказала собі став
        стала стали субота суботу та так така таке такий таких також там те тебе тепер ти тим тих то
        тобі того тоді той тому тут тільки у усі усіх хоча хто це цей цим цих цього цьому цю ця ці
        через четвер чи чим чого чому ще що щоб щодо я як яка який яким яких якого якої яку якщо які
        є і із інших інші ї їй їм їх її
        """,
    "pl": """
        a aby ach albo ale ani aż bardziej bardzo bez bo bowiem by być był była było były będzie
        będą choć ci ciebie cię co coraz coś czwartek czy czyli dla dlaczego dlatego do dodał dodała
        dopiero dosyć dwa gdy gdyby gdyż gdzie go i ich ile im inna inne innych innym iż ja jak jaka
        jakie jakiś jako je jeden jedna jednak jednym jego jej jemu jest jestem jesteśmy jeszcze
        jeśli jeżeli już każda każde każdy kiedy kilka kto ktoś która które którego której któremu
        który których którym którzy którą ku lecz lub ma mają mam mamy mi miał miała mieć mimo mnie
        mną mogą moje może można mu my mój na nad nam nami nas nasz nasze naszych natomiast nawet
        nic nich nie niech niedziela niedzielę niej niemu nigdy nim nimi nią niż no o obok od odtąd
        on ona one oni ono oraz oto piątek po pod podczas poinformował ponad poniedziałek ponieważ
        potem powiedział powiedziała poza prawie przed przede przez przy raz również sam sama się
        sobie sobota sobotę sobą stąd swego swoich swoje swojej są ta tak taka taki takie także tam
        te tego tej temu ten teraz też to tobie tobą trzeba tu tutaj twój ty tych tylko tym tymi u w
        wam wami was wasz we według wiele więc więcej wszystkich wszystkie wszystkim wszystko wtedy
        wtorek wy właśnie z za zawsze zaś ze został została zostało zostały środa środę żaden żadne
        że żeby
        """,
    "cs": """
        a aby ale anebo ani ano asi ač až bez bude budem budeme budou by bych byl byla byli bylo
        byly být během co což další dle dnes do dokud dva dále ho i jak jako jaký jde je jeho jej
        jejich její jelikož jemu jen jenom jenž jestli jestliže ještě ji jich jim jinak jiné jiných
        již jsem jsme jsou jste já jí k kam kde kdo kdy když ke kterou která které kterého který
        kterých kterým kteří ku kvůli mají mezi mi mne mnou mně mohl mohla mohou moje mou my má mám
        máme mít mě můj může na nad napsal naše ne nebo neboť neděle neděli není než nic nich nim
        nimi nyní nám námi nás náš ní něco o od on ona oni ono pak po pod podle pokud pondělí potom
        pouze pro prostě proti proto protože proč první právě pátek před přes při s se si sice
        sobota sobotu sobě spolu středa středu svou své svého svém svých svůj ta tady tak takový
        taky také takže tam tato tedy ten tento teď ti to tohle toho tom tomto tomu toto tu tuto ty
        tyto té tím těch těm u uvedl uvedla už v vašeho ve vedle vy vám vás váš více však všech
        všechno všechny všichni vůbec z za zatím zda zde ze úterý či čtvrtek řekl řekla že
        """,
    "bg": """
        а аз ако ала бе без беше би бил била били било благодарение бъде в вас ваш вече ви вие все
        всеки всички всичко вторник във въпреки върху г ги го да дали до докато дори е един една
        едно ето за заедно заради защо защото заяви и из или им има имат й каза как каква какви
        какво като когато кого което които кой който колко която към ли ме между мен ми многo много
        могат може му на над най нас наш не него неделя нея ни ние никой нима нищо но някои някой
        няма о обаче около освен от отново още пак петък по повече под понеделник поради после почти
        пред преди през при про с са сам само се себе сега си след сме според срещу сряда сте събота
        съм съобщи със същата също т тази така такъв там те тези ти то това тогава този той толкова
        точно трябва тук тя тях у че често четвъртък чрез ще щом я
        """,
    "hr": """
        a ako ali bez bi bih bila bile bili bilo bio biti bude budu da dakle danas do dok ga gde
        gdje godina godine godinu i iako ih ili im ima imaju ipak isto iz iza izjavila izjavio
        između ja je jedan jedna jedno jednom jer jesu još ju k kad kada kako kao kaže ko kod koga
        koja koje kojeg kojem koji kojih kojim kojima kojoj koju kroz li me mene meni među mi mnogo
        mogu mora može mu na nad nakon nam nama nas naš naša naši ne nedelja nedjelju nego neka neke
        neki nekoliko nema neće nešto ni nije nikada niko nisam nisu ništa njega njegov njegova njen
        njih njihov njima no o od odnosno oko on ona onda oni ono opet osim ova ovaj ove ovo ovog
        ovom pa petak po pod ponedeljak ponedjeljak pored posle poslije pre pred preko prema pri
        prije protiv rekao rekla s sa sad sada sam samo sav se sebe si smo sreda srijedu ste su
        subota subotu sva sve svi svih svog svoj svoje svoju ta tada taj tako takođe također te ti
        tim to toga tokom treba tu u utorak uz vam vas vaš već vi više vrlo za zatim zato zbog će ću
        četvrtak šta što
        """,
    "ro": """
        a abia acea aceasta această acel acela acele acelea acest acesta aceste acestea acestei
        acestor acestui aceștia acolo acum adică afirmat ai aici al ale alt alte altfel altă alți am
        anume apoi ar are asemenea asta astfel asupra atunci atât au avea avem avut azi așa ba bine
        ca care ce cea ceea cei cel cele celor ceva chiar cine cineva cu cum când cât câte câteva
        câți că căreia căror cărui către da dacă dar dat datorită de deci declarat decât deja despre
        deși din dintre doar doi două duminică după ea ei el ele era erau este eu fi fie fiecare
        fiind foarte fost fără i iar in joi la le lor lui luni m ma mai marți miercuri mult multe
        mulți mă n ne nici niciun nimeni nimic niște noastră noi nostru nu numai o or ori oricare
        orice pe pentru peste poate pot prea precizat precum prin printre până s sa sale sau se si
        sine spre spus sub sunt suntem sâmbătă să săi său ta tale te toate toată tot totuși toți
        transmis tu un una unei unele unor unora unu unui unul v va vei vineri voi vor vă îi îl îmi
        în înainte încât încă într între întru își îți și
        """,
    "hu": """
        a abban abból addig ahhoz ahogy ahol aki akik akkor akár alatt amely amelyek amelyet ami
        amikor amit annak annyi arra arról az azok azon azonban azt azután azzal azért be belül
        benne bár csak csütörtökön de e ebben ebből egy egyik egyre egyéb egész el ellen elmondta
        elé elég elő először előtt ennek erre es ez ezek ezen ezt ezzel ezért fel felé ha hanem
        hiszen hogy hogyan hozzátette hát hétfőn igen illetve ily ilyen is itt jelenleg jól kedden
        kell kellett ki közölte között közülük különböző le legalább legyen lehet lesz lett ma maga
        magát majd meg mellett mely melyik mert mi mikor milyen minden mindig mint mintha mit mivel
        miért mondta most már más másik még míg múlva nagyon ne nekem neki nem nincs néha nélkül oly
        olyan ott pedig persze pénteken rá s saját sem semmi sok során szemben szerdán szerint
        szinte szombaton számára talán tehát tovább továbbá tudni több után utána vagy vagyok
        valamint való van vannak vasárnap vissza viszont volna volt voltak ám át én és így össze úgy
        újra ő ők őket
        """,
    "el": """
        ένα έναν ένας έτσι έχει έχουμε έχουν έχω ή ήδη ήταν ίδια ίδιο ίδιος αλλά αν ανά ανέφερε αντί
        απ από αργότερα αυτά αυτές αυτή αυτήν αυτής αυτοί αυτού αυτούς αυτό αυτόν αυτός αυτών αφού
        βέβαια για γιατί δήλωσε δε δεν δευτέρα δηλαδή διότι δύο εάν είμαι είμαστε είναι είπε είσαι
        είχαν είχε εδώ εκεί εκείνη εκείνο εκείνος εν ενός ενώ εξής επί επίσης επειδή η θα ιδίως κάθε
        κάποια κάποιες κάποιο κάποιοι κάποιος κάτι καθώς και κατά κι κυριακή λέει λοιπόν μέσα μέσω
        μέχρι μία μα μας με μετά μεταξύ μη μην μια μου μπορεί μπορούν μόλις μόνο να ναι ο οι οποία
        οποίες οποίο οποίοι οποίος οποίους οποίων ούτε πάντα πάνω πέμπτη παρά παρασκευή περί περίπου
        πια πιο πλέον ποια ποιες ποιο ποιος πολλά πολύ που πού πρέπει πριν προς πρώτα πως πώς σ
        σάββατο σας σε σημείωσε σου στα στη στην στης στις στο στον στους συν σύμφωνα τα τετάρτη τη
        την της τι τις το τον του τους τρίτη των τόνισε τόσο τότε τώρα υπάρχει υπήρχε υπό χωρίς ως ό
        όλα όλες όλη όλο όλοι όλους όλων όμως όπου όπως όσα όσο όταν ότι όχι ώστε
        """,
    "tr": """
        acaba ama ancak artık aslında az açıkladı bana bazı belirtti belki ben benden beni benim
        beri bile bir biraz biri birkaç birlikte birçok biz bizden bize bizi bizim bu buna bunda
        bundan bunlar bunları bunların bunu bunun burada böyle cuma cumartesi da daha dahi de dedi
        devam değil diye diğer dolayı eden ederek edildi edilen en etti fakat falan gibi göre hala
        hale halen hangi hatta hem henüz hep hepsi her herhangi herkes hiç hiçbir ile ilgili ise
        itibaren için içinde işte kadar karşı kaydetti kendi kendisi kendisine ki kim kimse mi mu mü
        mı nasıl ne neden nedeniyle nerede o olan olarak oldu olduğu olduğunu olmak olması olsa olur
        ona ondan onlar onları onların onu onun oysa pazar pazartesi pek perşembe rağmen sadece salı
        sanki sen senden seni senin siz sizden sizi sizin sonra söyledi tarafından tüm var vardı ve
        veya ya yani yapmak yapılan yerine yine yok yoksa zaten çarşamba çok çünkü öyle üzere
        üzerinde şey şimdi şu şuna şunu şöyle
        """,
    "ar": """
        أجل أحد أصبح أكثر ألا أم أما أمام أن أنا أنت أنه أنها أو أول أي أيضا أين إذ إذا إذن إلا إلى
        إليه إليها إن إنما إنه إنها الأحد الأربعاء الاثنين الان التي الثلاثاء الجمعة الخميس الذي
        الذين السبت اللاتي اللذين اللواتي الى ان انه بأن بأنه بالإضافة بسبب بشأن بشكل بعد بعض بل بما
        به بها بين بينما تحت تكون تلك تم ثم جدا جميع حتى حسب حول حيث حين خلال دون ذات ذلك سوف سوى ضد
        ضمن عبر عدة عدد عدم على عليه عليها عن عند عندما عنه عنها غير فإن فقد فقط فهو فهي فى في فيما
        فيه فيها قال قالت قبل قد كان كانت كانوا كل كلا كم كما كي كيف لأن لا لدى لديه لذلك لقد لك لكن
        لكنه لم لما لماذا لن له لها لهم لو لولا لي ليس ليست ما ماذا مازال متى مثل مع معه معها مما من
        منذ منه منها مهما نحن نحو نفس نفسه هؤلاء هذا هذه هل هم هنا هناك هو هي و وأضاف وأن وأنه وإن
        وعلى وفي وقال وقالت وقد وكان وكانت ولا ولكن ولم وما ومع ومن وهذا وهذه وهو وهي يا يتم يجب
        يكون يمكن يوم
        """,
}

STOP_WORDS = {
    **{language: frozenset(words.split()) for language, words in _WORDS.items()},
    **dict.fromkeys(("bs", "sr"), frozenset(_WORDS["hr"].split())),
    **STOP_PAIRS,
}
"""ISO 639-1 code -> lower-case words, in the spelling that ``stemming.lower`` gives."""
