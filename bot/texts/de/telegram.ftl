### Was der Bot in Telegram sagt, während er zuhört: Begrüßung, Nachfragen, Befehle und Einstellungen.

## Was liest, wer den Bot zum ersten Mal öffnet; höchstens 512 und 120 Zeichen

telegram-description =
    Schick mir zwei Bilder, und ich male das erste im Stil des zweiten.

    Oder schick nur eins und such dir einen Stil aus der Galerie aus.
telegram-short-description = Malt ein Bild im Stil eines anderen.

## Begrüßung und Hilfe

telegram-welcome =
    Hallo! Ich male ein Bild im Stil eines anderen.

    Schick mir zwei Bilder in einer Nachricht: zuerst das, was ich malen soll, dann den Stil. Oder schick nur eins und such dir einen Stil aus meiner Galerie aus.

    /styles zeigt die Galerie, /help alles, was ich kann.
telegram-help =
    Schick zwei Bilder: Das erste wird im Stil des zweiten gemalt. Sie können zusammen kommen oder nacheinander. Sind es mehr als zwei, dann sind alle nach dem ersten Stile, die gemischt werden.

    Schick ein Bild und wähl den Stil mit einem Knopf – oder schreib ihn in die Bildunterschrift: woodcut. Mit „surprise“ suche ich einen aus.

    Auch Optionen gehören in die Bildunterschrift:
    strength=60% – mehr oder weniger vom Stil
    keep colours – die Farben deines Bildes bleiben
    fine – besser und langsamer (draft geht schnell, instant sofort)
    size=1024 – Pixel an der langen Seite
    scale=2 – größere Striche
    protect=60% – Gesichter und feine Details schonen

    /paint – damit auf ein Bild hier antworten
    /dream – ein Gemälde ohne Stil
    /styles – die Galerie
    /status – was ich gerade für dich male
    /cancel – damit aufhören
    /history – deine letzten Gemälde
    /result – eins noch einmal schicken
    /settings – deine üblichen Optionen und deine Sprache
    /privacy – was von deinen Bildern gespeichert wird
    /delete – alles davon löschen

    Bilder, die du als Datei schickst, behalten ihre volle Qualität.
telegram-help-group =
    Antworte auf ein Bild mit /paint und dem Namen eines Stils: /paint woodcut. Ohne Stil frage ich nach einem. Ein Bild, das auf ein anderes antwortet und /paint als Bildunterschrift hat, ist der Stil.

    /dream malt ohne Stil, /styles zeigt die Galerie.

    Ich höre nur auf Befehle, auf Antworten an mich und auf meinen Namen. Im privaten Chat mit mir geht mehr: Schick mir zwei Bilder, und ich male das erste im Stil des zweiten.

## Ein Bild ist da, und der Stil fehlt

telegram-which-style = Welcher Stil? Such dir hier einen aus, oder schick mir ein zweites Bild, von dem ich ihn nehme.
telegram-which-style-group = Welcher Stil? Such dir hier einen aus, oder antworte auf diese Nachricht mit einem Bild, von dem ich ihn nehme.
telegram-still-waiting = Dein Bild wartet noch: Such dir oben einen Stil aus, schick ein zweites Bild oder schreib den Namen eines Stils.
telegram-noted = Ist notiert.
telegram-rest-kept = Der Rest ist notiert: { $words }.
telegram-all-kept = Deine Bilder habe ich noch. Schreib die Worte noch einmal so, wie sie sein sollen, oder lass mich ohne sie malen.
telegram-kept = Was du geschickt hast, hebe ich eine halbe Stunde auf: Mit /paint versuchst du es noch einmal, oder mit anderen Worten wie size=512.
telegram-button-surprise = 🎲 Überrasch mich
telegram-button-drop = Abbrechen
telegram-button-go = Ohne Worte malen
telegram-style-chosen = Also { $style }.
telegram-style-gone = Diesen Stil gibt es in der Galerie nicht mehr. Such dir einen anderen aus.
telegram-no-longer-waiting = Darauf wartet kein Bild von dir mehr.
telegram-forgotten = Gut, schon vergessen.
telegram-styles-shown = Alle meine Stile. Such dir einen für dein nächstes Bild aus, oder schreib seinen Namen in eine Bildunterschrift.

## Worte sind da, und das Bild fehlt

telegram-now-the-picture = Ist notiert. Jetzt schick mir das Bild.
telegram-now-the-picture-in = Also { $style }. Jetzt schick mir das Bild.
telegram-how-to-paint = Schick mir erst ein Bild, oder antworte auf eins mit /paint.
telegram-what-i-do = Ich male Bilder: Schick mir zwei, und ich male das erste im Stil des zweiten. Oder schick eins und such dir einen Stil aus meiner Galerie aus. Mehr dazu sagt /help.

## Bilder, die nicht gehen

telegram-picture-heavy = Dieses Bild hat { $megabytes } MB, und Telegram gibt einem Bot höchstens { $most } MB. Schick bitte ein kleineres, oder schick es als Foto statt als Datei.
telegram-picture-too-heavy = Dieses Bild ist zu groß: Telegram gibt einem Bot höchstens { $most } MB. Schick bitte ein kleineres, oder schick es als Foto statt als Datei.
telegram-picture-gone = Eins dieser Bilder hat Telegram nicht mehr. Schick sie bitte noch einmal.
telegram-not-fetched = Telegram hat das Bild nicht herausgegeben.
telegram-styles = Das sind { $count } Stile; höchstens { $most } lassen sich mischen. Schick bitte weniger.
telegram-style-and-chance = Du hast einen Stil geschickt, und die Worte wollen einen anderen nach Zufall. Lass eins davon weg.
telegram-album-left-out = Was in diesem Album kein Bild ist, habe ich weggelassen: Ich male nur nach Bildern.
telegram-album-alone = Von diesem Album ist nur ein Bild bei mir angekommen.
telegram-album-late = Dieses Bild kam erst an, als ich mit dem Rest des Albums schon angefangen hatte, und ist nicht dabei. Wenn es dabei sein soll, drück Abbrechen und schick die Bilder noch einmal.
telegram-other-video = Filme kann ich nicht malen, nur Bilder. Schick mir ein Standbild daraus als Foto.
telegram-other-sticker = Hübscher Sticker! Ich male aber nach Fotos und Bilddateien: Schick mir zwei, und ich male das erste im Stil des zweiten.
telegram-other-file = Danach kann ich nicht malen. Schick mir ein Foto oder ein Bild als Datei.
telegram-masked = Solange du im Namen einer Gruppe oder eines Kanals schreibst, weiß ich nicht, wer du bist. Schreib bitte unter deinem eigenen Namen.
telegram-too-much = Das ist mehr, als ich von einer Person auf einmal annehmen kann: Deine letzten Nachrichten blieben liegen. Schick sie bitte gleich noch einmal.

## Befehle

telegram-no-command = /{ $command } gibt es nicht. { $hint }
telegram-nearest-command = Meintest du /{ $near }?
telegram-see-help = /help zeigt, was es gibt.
telegram-apology = Tut mir leid, bei uns ist etwas schiefgegangen. Versuch es bitte nachher noch einmal; was du an Bildern geschickt hast, hebe ich eine halbe Stunde auf, und mit /paint geht es damit weiter.
telegram-given-up = Bei dem, was du zuletzt geschickt hast, ist bei uns mehrmals etwas schiefgegangen. Schick es bitte noch einmal, oder ein anderes Bild.

telegram-command-paint = Ein Bild malen: als Antwort darauf, oder bevor du es schickst
telegram-command-dream = Einen Traum malen, ohne Stil
telegram-command-styles = Die Galerie der Stile zeigen
telegram-command-status = Wie weit deine Gemälde sind
telegram-command-cancel = Mit einem Gemälde aufhören
telegram-command-history = Deine letzten Gemälde
telegram-command-result = Ein Gemälde noch einmal schicken
telegram-command-settings = Deine üblichen Optionen und deine Sprache
telegram-command-help = Was ich kann
telegram-command-privacy = Was von deinen Bildern gespeichert wird
telegram-command-delete = Alles löschen, was von dir gespeichert ist

## Fragen nach Gemälden

telegram-status-none = Gerade ist nichts für dich in Arbeit. Schick mir ein Bild!
telegram-status-pending =
    { $count ->
        [one] Ein Bild von dir wartet auf seinen Stil.
       *[other] { $count } Bilder von dir warten: Mit /paint geht es los.
    }
telegram-status-waiting = { $id } · { $style } · Nummer { $place } in der Schlange, fertig in etwa { $eta }
telegram-status-painting = { $id } · { $style } · zu { $percent } % gemalt, fertig in etwa { $eta }
telegram-status-painted = { $id } · { $style } · gemalt und unterwegs zu dir
telegram-cancelling =
    { $count ->
        [one] Gut, ich höre damit auf.
       *[other] Gut, ich höre mit allen { $count } auf.
    }
telegram-cancel-which = Mit welchem? Schick /cancel und das erste Wort der Zeile, oder /cancel all.
telegram-history-none = Du hast noch keine Gemälde. Schick mir ein Bild!
telegram-history-line = { $id } · { $style } · { $state } · { $ago }
telegram-history-hint = Schick /result und das erste Wort einer Zeile, um dieses Gemälde noch einmal zu sehen.
telegram-ago = vor { $time }
telegram-state-queued = wartet
telegram-state-rendering = wird gemalt
telegram-state-rendered = gemalt
telegram-state-delivered = gemalt
telegram-state-failed = nicht gemalt
telegram-state-cancelled = abgebrochen
telegram-state-expired = aufgegeben
telegram-no-painting = Du hast noch kein Gemälde. Schick mir ein Bild!

## Einstellungen

telegram-settings = Deine Einstellungen. Sie gelten für alles, was du bestellst; Worte in einer Bildunterschrift gehen vor.
telegram-setting = { $name }: { $value }
telegram-setting-quality = Qualität
telegram-setting-strength = Stärke
telegram-setting-colours = Farben
telegram-setting-size = Größe
telegram-setting-style-scale = Striche
telegram-setting-protect = Gesichter schonen
telegram-setting-language = Sprache
telegram-settings-automatic = automatisch
telegram-chosen = ✓ { $value }
telegram-button-back = « Zurück
telegram-button-reset = Alles zurücksetzen
telegram-settings-quality = Qualität: instant ist gleich da, draft bald, fine lässt sich Zeit.
telegram-settings-strength = Stärke: wie viel Stil es sein soll. Bei wenig bleibt fast alles von deinem Bild, bei viel löst der Stil es auf.
telegram-settings-colours = Farben: style nimmt die des Stils, keep lässt die deines Bildes, match gibt vorher dem Stil die deines Bildes.
telegram-settings-size = Größe: die lange Seite in Pixeln. Größer dauert länger.
telegram-settings-style-scale = Striche: wie groß sie gemalt werden.
telegram-settings-protect = Gesichter schonen: wie sehr Gesichter und feine Details davor bewahrt werden, sich aufzulösen.
telegram-settings-language = Welche Sprache soll ich sprechen?
telegram-language-name = Deutsch
telegram-language-auto = wie in Telegram
telegram-settings-group = Dürfen in dieser Gruppe auch andere die Knöpfe unter einem Gemälde drücken? Was sie bestellen, zählt als ihres.
telegram-settings-in-private = Deine eigenen Einstellungen sind in unserem privaten Chat: Schick mir dort /settings.
telegram-settings-not-yours = Das können nur die Admins dieser Gruppe ändern.
telegram-button-others-yes = Ja, alle
telegram-button-others-no = Nein, nur wer bestellt

## Löschen

telegram-erase = Alles löschen, was von dir gespeichert ist: Bilder, Gemälde, Verlauf und Einstellungen? Was gerade gemalt wird, wird abgebrochen. Das lässt sich nicht rückgängig machen.
telegram-button-erase-yes = Ja, alles löschen
telegram-button-erase-no = Nein
telegram-erase-not = Es wurde nichts gelöscht.
telegram-erased =
    { $count ->
        [0] Alles ist gelöscht. Gemälde gab es keine.
        [one] Alles ist gelöscht, auch ein Gemälde.
       *[other] Alles ist gelöscht, auch { $count } Gemälde.
    }
telegram-not-for-you = Diese Frage war für jemand anderen.
