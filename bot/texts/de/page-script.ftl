script-no-picture = „{ $name }“ ist kein Bild.
script-content-missing = Dein Bild fehlt: Was soll gemalt werden?
script-style-missing = Die Malweise fehlt: Wie soll es gemalt werden?
script-at-most = Es lassen sich höchstens { $most } Malweisen mischen.
script-swapped = Getauscht
script-chosen = Gewählt: { $style }
script-surprise = Überrasch mich
script-surprise-note = Eine aus der Galerie, durch Zufall
script-from-gallery = { $style }, aus der Galerie
script-blended = { $count } Malweisen, gemischt
script-blending = Wähle die Malweise, die dazukommt.
script-share = Anteil von { $style }
script-remove-share = { $style } entfernen
script-dreaming = Ein Traum hat keine Malweise.
script-sending = Die Bilder werden geschickt …
script-paint = Malen

script-strength-least = Ein Hauch der Malweise: Dein Bild bleibt fast, wie es ist.
script-strength-little = Sanft: Dein Bild führt, die Malweise tönt es.
script-strength-middle = Ausgewogen: klare Formen in Strichen und Farben der Malweise.
script-strength-much = Kühn: Die Striche übernehmen die Führung.
script-strength-most = Aufgelöst: Die Formen gehen in der Malweise auf.
script-strokes-finest = Halb so groß wie in der Malweise: fein und lebhaft.
script-strokes-finer = Etwas feiner als in der Malweise.
script-strokes-same = So groß wie in der Malweise.
script-strokes-broader = Etwas breiter als in der Malweise.
script-strokes-broadest = Doppelt so groß wie in der Malweise: breit und kräftig.
script-colours-style = Das Gemälde nimmt die Farben der Malweise.
script-colours-keep = Nur Hell und Dunkel werden gemalt; deine Farben bleiben.
script-colours-match = Die Malweise bekommt erst deine Farben, dann wird gemalt.
script-quality-instant = Gleich da; Pinselstriche ohne langes Nachdenken.
script-quality-draft = Ein erster Eindruck, in einem Bruchteil der Zeit.
script-quality-standard = Gut genug zum Aufhängen.
script-quality-fine = Längere Arbeit, für das Beste, was geht.
script-protect-none = Die Malweise darf überallhin, auch in Gesichter.
script-protect-some = Gesichter und Fenster behalten ein wenig ihre Zeichnung.
script-protect-much = Gesichter und feine Linien bleiben großenteils erhalten.
script-protect-all = Jeder Zug eines Gesichts wird festgehalten.

script-free = Niemand wartet.
script-waiting =
    { $count ->
        [one] Vor deinem wartet { $count } Gemälde.
       *[other] Vor deinem warten { $count } Gemälde.
    }
script-paused = Das Malen ruht: { $reason } Was du schickst, wird aufbewahrt und danach gemalt.
script-closed-closing = Zurzeit wird nichts Neues angenommen. Was wartet, wird noch gemalt.
script-closed-disk_full = Zurzeit ist kein Platz für neue Gemälde. Bitte komm später wieder.
script-closed-queue_full = Alle Plätze in der Schlange sind besetzt. Bitte versuch es in ein paar Minuten noch einmal.
script-unreachable = Der Dienst ist nicht zu erreichen. Läuft er?
script-trying-again = Der Dienst ist nicht zu erreichen; es wird weiter versucht.
script-answered = Der Dienst hat mit { $status } geantwortet.

script-title-waiting = Wartet auf die Staffelei
script-title-painting = Wird gemalt
script-title-done = Dein Gemälde
script-tab-waiting = Wartet
script-tab-done = Fertig
script-next = Als Nächstes dran
script-next-in = Als Nächstes dran, fertig in { $wait }
script-number = Nummer { $position } in der Schlange
script-number-in = Nummer { $position } in der Schlange, fertig in { $wait }
script-paused-place = Das Malen ruht: { $reason } Dein Platz bleibt dir.
script-preparing = Die Leinwand wird vorbereitet
script-percent = { $percent } %
script-percent-left = { $percent } %, fertig in { $wait }
script-seconds-few = ein paar Sekunden
script-seconds = etwa { $number } Sekunden
script-minutes =
    { $number ->
        [one] etwa einer Minute
       *[other] etwa { $number } Minuten
    }
script-hours =
    { $number ->
        [one] etwa einer Stunde
       *[other] etwa { $number } Stunden
    }
script-cancel = Abbrechen
script-cancelling = Wird abgebrochen …
script-so-far = Das Gemälde bis jetzt
script-finished = Das fertige Gemälde
script-your-picture = Dein Bild
script-film-alt = Wie das Gemälde entstanden ist
script-pixels = { $width } × { $height } Pixel
script-painted-in = gemalt in { $time }
script-exact-seconds = { $seconds } s
script-exact-minutes = { $minutes } min { $seconds } s

script-variation-stronger = Stärker
script-variation-softer = Sanfter
script-variation-bigger = Größer
script-variation-keep-colours = Meine Farben behalten
script-variation-protect-faces = Gesichter schonen
script-variation-again = Eine andere Fassung

script-state-queued = Wartet
script-state-rendering = Wird gemalt
script-state-rendered = Gemalt
script-state-delivered = Gemalt
script-state-failed = Nicht gemalt
script-state-cancelled = Abgebrochen
script-state-expired = Aufgegeben
script-state-gone = Nicht mehr aufbewahrt
script-erased =
    { $count ->
        [0] Es gab nichts zu löschen.
        [one] { $count } Gemälde ist gelöscht, mit allem, was dazugehörte.
       *[other] { $count } Gemälde sind gelöscht, mit allem, was dazugehörte.
    }
