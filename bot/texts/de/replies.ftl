### Was über einen Auftrag gesagt wird: ob er angenommen wird und wie er ausgeht.

## Zeitspannen, als Teile anderer Sätze (auch im Dativ: „in etwa 3 Minuten“)

duration-seconds =
    { $number ->
        [one] { $number } Sekunde
       *[other] { $number } Sekunden
    }
duration-minutes =
    { $number ->
        [one] { $number } Minute
       *[other] { $number } Minuten
    }
duration-hours =
    { $number ->
        [one] { $number } Stunde
       *[other] { $number } Stunden
    }
duration-days =
    { $number ->
        [one] { $number } Tag
       *[other] { $number } Tage
    }

## Das Ende

reply-painted = Hier ist dein Gemälde.
reply-made-smaller = In { $size } px gemalt: Für { $wanted } hat der Speicher nicht gereicht.
reply-smaller-tiles = In kleineren Kacheln gemalt: Für größere hat der Speicher nicht gereicht.

reply-cancelled = Dieses Gemälde wurde abgebrochen.
reply-expired = Dieses Gemälde hat zu lange gewartet und wurde aufgegeben. Schick es bitte noch einmal.
reply-out-of-memory = Für dieses Gemälde reicht der Speicher nicht, selbst wenn es kleiner wird. Versuch es bitte mit einer kleineren Größe.
reply-bad-input = Aus einem der Bilder ließ sich nichts malen. Versuch es bitte mit einem anderen.
reply-poisoned = Bei diesem Gemälde ist der Maler mehrmals stehen geblieben, deshalb liegt es jetzt beiseite. Versuch es bitte mit anderen Bildern.
reply-undeliverable = Das Gemälde ist fertig, ließ sich aber nicht an dich schicken.
reply-moderated = Ein Gemälde aus diesen Bildern kann ich nicht verschicken. Versuch es bitte mit anderen.
reply-internal = Bei uns ist etwas schiefgegangen, tut mir leid (Code { $code }).

## Von welchem Bild die Rede ist

intake-about = { $which }: { $problem }
intake-the-content = Das Motiv
intake-the-style = Das Stilbild
intake-style = Stilbild { $number }
intake-mask = Maske { $number }

## Aufträge, die nicht angenommen werden

intake-mask-mismatch = Sie hat { $width } × { $height } Pixel und damit nicht die Form des Motivs ({ $content-width } × { $content-height }). Zeichne sie bitte über das Motiv.
intake-too-expensive = Dieses Gemälde würde etwa { $expected } dauern, erlaubt sind { $allowed }. { $way-out }
intake-way-out-size = Mit { $size } Pixeln ginge es.
intake-way-out-iterations = Mit weniger Iterationen könnte es gehen.
intake-way-out-draft = Mit quality=draft könnte es gehen.
intake-dream-style = Ein Traum entsteht aus einem einzigen Bild: Lass den Stil weg.
intake-no-style = Es fehlt noch ein Stil: Schick ein Bild oder nenn einen aus der Galerie.
intake-nothing-to-swap = Es gibt kein Stilbild, das mit dem Motiv tauschen könnte.
intake-weight = Das Gewicht eines Stils ist eine Zahl über 0.
intake-input-gone = Die Bilder zu diesem Gemälde sind nicht mehr da. Schick sie bitte noch einmal.
intake-moderated = Aus diesem Bild kann ich nichts malen. Versuch es bitte mit einem anderen.

## Zu viel auf einmal

busy-queue-full = In der Warteschlange ist gerade kein Platz mehr; versuch es bitte in etwa { $wait } noch einmal.
busy-too-many-jobs = Du hast schon { $number } Gemälde in Arbeit; versuch es bitte in etwa { $wait } noch einmal.
busy-uploads = Gerade kommen mehr Bilder an, als ich ansehen kann; versuch es bitte in etwa { $wait } noch einmal.
busy-closing = Gerade nehme ich keine neuen Gemälde an; was schon wartet, wird noch gemalt. Versuch es bitte später noch einmal.
busy-disk-full = Mein Speicher ist gerade voll; was schon wartet, wird noch gemalt. Komm bitte später noch einmal wieder.
busy-store = Das ließ sich gerade nicht festhalten; verloren ist nichts, versuch es bitte gleich noch einmal.
busy-quota-hour = Du hast in der letzten Stunde { $number } Gemälde bestellt, mehr geht nicht; versuch es bitte in etwa { $wait } noch einmal.
busy-quota-day = Du hast in den letzten 24 Stunden { $number } Gemälde bestellt, mehr geht nicht; versuch es bitte in etwa { $wait } noch einmal.
busy-group-quota-hour = Diese Gruppe hat in der letzten Stunde { $number } Gemälde bestellt, mehr geht nicht; versucht es bitte in etwa { $wait } noch einmal.
busy-group-quota-day = Diese Gruppe hat in den letzten 24 Stunden { $number } Gemälde bestellt, mehr geht nicht; versucht es bitte in etwa { $wait } noch einmal.
busy-address-quota-hour = Aus deinem Netz wurden in der letzten Stunde { $number } Gemälde bestellt, mehr geht nicht; versuch es bitte in etwa { $wait } noch einmal.
busy-address-quota-day = Aus deinem Netz wurden in den letzten 24 Stunden { $number } Gemälde bestellt, mehr geht nicht; versuch es bitte in etwa { $wait } noch einmal.
busy-too-many-requests = Mehr als { $most } Anfragen in einer Minute sind zu viele; versuch es bitte in etwa { $wait } noch einmal.

## Wer bestellen darf

account-banned = Du kannst hier keine Gemälde mehr bestellen.
account-banned-because = Du kannst hier keine Gemälde mehr bestellen: { $reason }
account-not-allowed = Hier können nur eingeladene Leute Gemälde bestellen. Wer diesen Dienst betreibt, kann dich hereinlassen; du bist { $id }.

## Fragen zu einem Gemälde

desk-too-late = Dieses Gemälde ist schon fertig.
desk-not-finished = Dieses Gemälde ist noch nicht fertig.
desk-no-timelapse = Zu diesem Gemälde gibt es keinen Zeitraffer: Es ist älter als die Zeitraffer.
desk-no-longer-kept = Dieses Gemälde ist nicht mehr da.
