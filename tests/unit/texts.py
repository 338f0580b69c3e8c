"""One short news text in each of many languages."""

from __future__ import annotations

TEXTS = {
    "en": """The harbour ferry will stop running on Sundays from next month, the city council said
        on Wednesday. Councillors voted by nine to four for the cut after a long debate about the
        cost of fuel. People who live on the island had asked for a smaller boat instead.""",
    "de": """Die Hafenfähre fährt ab dem kommenden Monat sonntags nicht mehr, wie der Stadtrat am
        Mittwoch mitteilte. Neun Abgeordnete stimmten nach langer Debatte über die Kosten des
        Treibstoffs für die Kürzung. Die Bewohner der Insel hatten ein kleineres Boot gefordert.""",
    "fr": """Le bac du port ne circulera plus le dimanche à partir du mois prochain, a annoncé le
        conseil municipal mercredi. Neuf élus ont voté pour cette réduction après un long débat sur
        le prix du carburant. Les habitants de l'île avaient demandé un bateau plus petit.""",
    "es": """El transbordador del puerto dejará de funcionar los domingos a partir del próximo mes,
        anunció el miércoles el ayuntamiento. Nueve concejales votaron a favor del recorte tras un
        largo debate sobre el precio del combustible. Los vecinos pedían un barco más pequeño.""",
    "it": """Il traghetto del porto non viaggerà più di domenica dal prossimo mese, ha annunciato
        mercoledì il consiglio comunale. Nove consiglieri hanno votato per il taglio dopo un lungo
        dibattito sul prezzo del carburante. Gli abitanti dell'isola volevano una barca.""",
    "pt": """A balsa do porto deixará de funcionar aos domingos a partir do próximo mês, anunciou na
        quarta-feira a câmara municipal. Nove vereadores votaram a favor do corte depois de um longo
        debate sobre o preço do combustível. Os moradores da ilha pediam um barco menor.""",
    "nl": """De veerboot in de haven vaart vanaf volgende maand niet meer op zondag, zei de
        gemeenteraad woensdag. Negen raadsleden stemden na een lang debat over de prijs van
        brandstof voor de bezuiniging. De bewoners van het eiland wilden een kleinere boot.""",
    "ru": """Паром в гавани со следующего месяца перестанет ходить по воскресеньям, сообщил в среду
        городской совет. Девять депутатов проголосовали за сокращение после долгих споров о цене
        топлива. Жители острова просили вместо этого пустить катер поменьше.""",
    "sv": """Färjan i hamnen slutar att gå på söndagar från nästa månad, meddelade
        kommunfullmäktige på onsdagen. Nio ledamöter röstade för nedskärningen efter en lång debatt
        om priset på bränsle. De boende på ön hade bett om en mindre båt i stället.""",
    "da": """Færgen i havnen holder op med at sejle om søndagen fra næste måned, oplyste byrådet
        onsdag. Ni medlemmer stemte for besparelsen efter en lang debat om prisen på brændstof.
        Beboerne på øen havde i stedet bedt om en mindre båd, som kunne sejle hele ugen.""",
    "fi": """Sataman lautta lakkaa kulkemasta sunnuntaisin ensi kuusta alkaen, kertoi
        kaupunginvaltuusto keskiviikkona. Yhdeksän valtuutettua äänesti leikkauksen puolesta pitkän
        keskustelun jälkeen. Saaren asukkaat olivat pyytäneet pienempää venettä.""",
    "pl": """Prom w porcie przestanie kursować w niedziele od przyszłego miesiąca, poinformowała w
        środę rada miasta. Dziewięciu radnych głosowało za cięciem po długiej debacie o cenie
        paliwa. Mieszkańcy wyspy prosili zamiast tego o mniejszą łódź na cały tydzień.""",
    "cs": """Přívoz v přístavu přestane od příštího měsíce jezdit v neděli, oznámila ve středu
        městská rada. Devět zastupitelů hlasovalo pro omezení po dlouhé debatě o ceně paliva.
        Obyvatelé ostrova místo toho žádali o menší loď, která by jezdila celý týden.""",
    "uk": """Пором у гавані з наступного місяця перестане ходити в неділю, повідомила в середу
        міська рада. Дев'ять депутатів проголосували за скорочення після довгої суперечки про ціну
        пального. Мешканці острова просили натомість пустити менший катер.""",
    "bg": """Фериботът в пристанището ще спре да пътува в неделя от следващия месец, съобщи в сряда
        общинският съвет. Девет съветници гласуваха за съкращението след дълъг спор за цената на
        горивото. Жителите на острова искаха вместо това по-малка лодка.""",
    "tr": """Limandaki vapur gelecek aydan itibaren pazar günleri çalışmayacak, diye açıkladı
        belediye meclisi çarşamba günü. Dokuz üye yakıt fiyatı üzerine uzun bir tartışmadan sonra
        kesinti için oy verdi. Ada sakinleri bunun yerine daha küçük bir tekne istemişti.""",
    "hu": """A kikötői komp a jövő hónaptól vasárnaponként nem közlekedik, közölte szerdán a
        városi tanács. Kilenc képviselő szavazott a csökkentésre az üzemanyag áráról folytatott
        hosszú vita után. A sziget lakói ehelyett egy kisebb hajót kértek az egész hétre.""",
    "ro": """Bacul din port nu va mai circula duminica începând de luna viitoare, a anunțat miercuri
        consiliul local. Nouă consilieri au votat pentru reducere după o lungă dezbatere despre
        prețul combustibilului. Locuitorii insulei ceruseră în schimb o barcă mai mică.""",
    "el": """Το φέρι του λιμανιού θα σταματήσει να εκτελεί δρομολόγια τις Κυριακές από τον επόμενο
        μήνα, ανακοίνωσε την Τετάρτη το δημοτικό συμβούλιο. Εννέα σύμβουλοι ψήφισαν υπέρ της
        περικοπής έπειτα από μακρά συζήτηση για την τιμή των καυσίμων.""",
    "ar": """أعلن مجلس المدينة يوم الأربعاء أن عبارة الميناء ستتوقف عن العمل أيام الأحد اعتبارا من
        الشهر المقبل. وصوت تسعة أعضاء لصالح الخفض بعد نقاش طويل حول سعر الوقود. وكان سكان الجزيرة قد
        طلبوا قاربا أصغر بدلا من ذلك يعمل طوال الأسبوع.""",
    "fa": """شورای شهر روز چهارشنبه اعلام کرد که کشتی بندر از ماه آینده روزهای یکشنبه کار نخواهد
        کرد. نه عضو شورا پس از بحثی طولانی درباره قیمت سوخت به این کاهش رای دادند. ساکنان جزیره
        خواسته بودند که به جای آن قایق کوچکتری در تمام هفته کار کند.""",
    "he": """המעבורת בנמל תפסיק לפעול בימי ראשון החל מהחודש הבא, הודיעה מועצת העיר ביום רביעי. תשעה
        חברי מועצה הצביעו בעד הקיצוץ לאחר דיון ארוך על מחיר הדלק. תושבי האי ביקשו במקום זאת סירה
        קטנה יותר שתפעל כל השבוע.""",
    "hi": """बंदरगाह की नौका अगले महीने से रविवार को नहीं चलेगी, नगर परिषद ने बुधवार को बताया।
        ईंधन की कीमत पर लंबी बहस के बाद नौ पार्षदों ने कटौती के पक्ष में मतदान किया।
        द्वीप के लोगों ने इसके बदले एक छोटी नाव की मांग की थी।""",
    "th": """สภาเมืองแถลงเมื่อวันพุธว่าเรือข้ามฟากในท่าเรือจะหยุดให้บริการ
        ในวันอาทิตย์ตั้งแต่เดือนหน้า สมาชิกสภาเก้าคนลงคะแนนให้ลดบริการหลังจากการอภิปรายเรื่องราคาน้ำมันเป็นเวลานาน""",
    "ja": """港の渡し船は来月から日曜日の運航を取りやめると、市議会が水曜日に発表した。
        燃料の価格をめぐる長い議論の末、九人の議員が削減に賛成した。島の住民は、代わりに小さな船を毎日動かすよう求めていた。""",
    "zh": """市议会星期三宣布，从下个月起港口渡轮星期日停止运行。经过关于燃料价格的长时间辩论，
        九名议员投票赞成削减班次。岛上居民曾要求改用较小的船只，以便整个星期都能往返。""",
    "ko": """시의회는 다음 달부터 항구의 여객선이 일요일에 운항하지 않는다고 수요일 발표했다.
        연료 가격을 둘러싼 긴 토론 끝에 의원 아홉 명이 감축에 찬성했다.
        섬 주민들은 대신 더 작은 배를 요구했다.""",
}  # fmt: skip
"""ISO 639-1 code -> the same report in each, of 80 to 270 characters."""
