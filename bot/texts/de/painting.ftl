### Die Nachricht eines Gemäldes: sein Platz in der Schlange, wie weit es ist, das Gemälde, und was die Knöpfe tun.

## Bevor es da ist

painting-place =
    { $place ->
        [1] Du bist als Nächstes dran. Dein Gemälde sollte in etwa { $eta } fertig sein.
       *[other] Du bist Nummer { $place } in der Schlange. Dein Gemälde sollte in etwa { $eta } fertig sein.
    }
painting-begun = Jetzt wird gemalt. In etwa { $eta } sollte es fertig sein.
painting-paused = ⏸ Gerade ist Malpause: { $reason } Dein Platz bleibt dir.
painting-progress =
    { $bar } { $percent } %
    Noch etwa { $eta }.

## Wenn es da ist

painting-caption = { $style } · { $seconds }
painting-style-sent =
    { $count ->
        [one] Im Stil des anderen Bildes
       *[other] Im Stil von { $count } Bildern
    }
painting-style-dream = Ein Traum
painting-ready = Dein Gemälde ist fertig.
painting-not-made = Tut mir leid, diesmal ist kein Gemälde daraus geworden. Warum, steht in der Nachricht darüber.

## Knöpfe: ein Wort oder zwei

painting-button-cancel = Abbrechen
painting-button-swap = Tauschen
painting-button-stronger = Stärker
painting-button-softer = Sanfter
painting-button-keep-colours = Farben behalten
painting-button-protect-faces = Gesichter schonen
painting-button-bigger = Größer
painting-button-again = Noch mal
painting-button-other-style = Anderer Stil
painting-button-surprise = Überrasch mich
painting-button-back = Zurück
painting-button-as-file = Als Datei
painting-button-time-lapse = Zeitraffer
painting-button-breakdown = Details

## Antworten auf einen Druck, höchstens 200 Zeichen

painting-cancelling = Ich höre damit auf.
painting-swapped = Motiv und Stil haben die Plätze getauscht.
painting-another = Ein weiteres ist unterwegs.
painting-choose-style = Such dir unten einen Stil aus.
painting-coming = Moment, kommt sofort.
painting-voted = Danke!
painting-at-its-limit = In dieser Richtung geht es nicht mehr weiter.
painting-style-gone = Diesen Stil gibt es in der Galerie nicht mehr. Such dir einen anderen aus.
painting-not-yours = Das kann nur, wer dieses Gemälde bestellt hat.
painting-others-may-not = In dieser Gruppe gehören die Knöpfe eines Gemäldes dem, der es bestellt hat. Schick eigene Bilder.
painting-file-too-large = Diese Datei hat { $megabytes } MB, und Telegram nimmt von einem Bot höchstens { $most } MB. Bestell ein kleineres Gemälde, dann bekommst du es als Datei.

## Die Details eines Gemäldes

breakdown-head = Gemälde { $id } im Detail
breakdown-style = Stil: { $style }
breakdown-options = Optionen: { $options }
breakdown-seed = Seed: { $seed }
breakdown-size = Größe: { $width } × { $height } Pixel
breakdown-time =
    Gemalt in { $time }, in { $steps ->
        [one] einem Schritt
       *[other] { $steps } Schritten
    }
breakdown-losses = Verluste am Ende: { $losses }
breakdown-encoder = Augen: { $encoder }, auf { $device }
breakdown-critic = Die Kritik: { $review }

## Die Kritik, mit Augenzwinkern: nur über das Gemälde, nie über Menschen

critic-value =
    { $guineas ->
        [one] Geschätzt auf eine Guinee
       *[other] Geschätzt auf { $guineas } Guineen
    }, { $way ->
        [0] ohne Rahmen.
        [1] oder einen guten Regenschirm, je nachdem, was länger hält.
        [2] solange niemand fragt, wer den Pinsel geführt hat.
        [3] Tendenz steigend, falls man dem Künstler je den Stecker zieht.
       *[4] zahlbar in Komplimenten.
    }
critic-bold =
    { $way ->
        [0] Der Stil hat das Motiv mit Haut und Haar verschlungen und fragt schon nach dem Nachtisch.
        [1] Man sucht das Motiv vergebens, und es fehlt einem nicht.
        [2] Die Zurückhaltung war eingeladen und ließ sich entschuldigen.
        [3] Hier hat ein Pinsel einen Streit gewonnen, von dem das Foto gar nichts wusste.
       *[4] Selten stand so viel Farbe zwischen dem Betrachter und den Tatsachen.
    }
critic-balanced =
    { $way ->
        [0] Motiv und Stil teilen sich die Leinwand wie Nachbarn, die sich über die Hecke geeinigt haben.
        [1] Es weiß, was es darstellt, und ist zu höflich, darauf zu bestehen.
        [2] Die Hand ist sicher, was umso mehr erstaunt, als keine da ist.
        [3] Es ist von den großen Meistern beeinflusst wie ein Schwamm vom Wasser.
       *[4] Ein wenig schief gehängt, ginge es als eigene Schule durch.
    }
critic-timid =
    { $way ->
        [0] Der Pinsel nähert sich dem Motiv wie ein Gast, der den Namen des Gastgebers vergessen hat.
        [1] Der Stil ist aufgetragen wie Butter in schlechten Zeiten.
        [2] Ein Foto, das offenbar einmal in einer Ausstellung war.
        [3] So diskret, dass der Rahmen das Reden übernehmen muss.
       *[4] Der Maler kam, sah und wollte nicht stören.
    }
critic-dream =
    { $way ->
        [0] Der Maler hat abends Käse gegessen, und wir schrecken davon hoch.
        [1] Alles darin schaut woandershin und dabei doch uns an.
        [2] Es hat fürs Erste mehr Augen als Bewunderer.
        [3] Was es zeigt, lässt sich nicht sagen, nur, dass es das gesehen hat.
       *[4] Ein Bild, das eindeutig während der Arbeitszeit geträumt hat.
    }
critic-advice =
    { $way ->
        [0] Am besten dort aufzuhängen, wo das Licht schlecht und der Wein gut ist.
        [1] Jetzt kaufen, bevor der Künstler lernt, Rechnungen zu schreiben.
        [2] Wirkt am besten vom Nebenzimmer aus, wie die meisten Geldanlagen.
        [3] Die Herkunft ist lückenlos belegt: Wir haben zugesehen.
       *[4] Allen zu empfehlen, die eine Wand haben und keine Fragen.
    }
