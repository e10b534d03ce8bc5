### Warum etwas nicht ging und was zu tun ist.

## Teile der Sätze unten

error-quoted = „{ $text }“
error-nearest = Meintest du „{ $near }“?
error-there-are = Es gibt { $names }.

## Worte und Optionen

error-words-too-long = Das sind zu viele Worte: Ich lese höchstens { $most } Zeichen.
error-no-word = „{ $word }“ kenne ich nicht.
error-no-words = Das kenne ich nicht: { $others } und { $last }.
error-no-word-among = „{ $word }“
error-no-word-among-but = „{ $word }“ (meintest du „{ $near }“?)
error-what-to-name = Nenn einen Stil ({ $names }) oder eine Option wie size=1024 oder strength=80%.
error-option-expert = „{ $name }“ gibt es nur auf der Kommandozeile und für Programme mit Schlüssel; lass es hier weg.
error-option-twice = { $name } steht zweimal da, einmal als { $first } und einmal als { $second }; lass eins davon weg.
error-no-option = Eine Option „{ $name }“ gibt es nicht.
error-option = Bei { $name } geht { $allowed }, aber nicht { $given }.
error-allowed-whole-number = eine ganze Zahl von { $least } bis { $most }
error-allowed-number = eine Zahl von { $least } bis { $most }
error-allowed-number-above = eine Zahl über { $least } und höchstens { $most }
error-allowed-layer = eine Schicht des Encoders wie relu4_2
error-allowed-layers = eine Auswahl von Schichten des Encoders wie relu4_2, oder relu1_1+relu2_1:0.5 mit Gewichten
error-allowed-one-of = { $others } oder { $last }
error-other-mode = { $names }: nur im Modus { $mode }.
error-names-and = { $others } und { $last }
error-weight = Das Gewicht von { $style } muss eine Zahl über 0 sein, nicht „{ $weight }“.
error-tag-both = +{ $tag } und -{ $tag } geht nicht zugleich; lass eins davon weg.
error-style-and-surprise = { $style } ist ein bestimmter Stil, surprise heißt irgendeiner; lass eins davon weg.
error-style-and-tag = { $style } ist ein bestimmter Stil, ein Tag heißt irgendeiner; lass eins davon weg.
error-dream-style = Ein Traum braucht keinen Stil; lass eins davon weg.

## Galerie und Zeitraffer

error-no-style = Einen Stil „{ $name }“ gibt es nicht.
error-no-style-matches = Kein Stil passt zu { $wanted }. Es gibt die Tags { $tags }.
error-film-kind = Den Zeitraffer gibt es als { $kinds }.

## Bilder

error-picture-empty = Diese Datei ist leer. Schick das Bild bitte noch einmal.
error-picture-heavy = Dieses Bild hat { $megabytes } MB; mehr als { $most } MB gehen nicht. Schick bitte ein kleineres.
error-picture-slow = Dieses Bild zu lesen hat länger als { $seconds } Sekunden gedauert. Schick bitte ein kleineres.
error-picture-laborious = Dieses Bild zu lesen würde zu lange dauern. Speichere es bitte als JPEG oder PNG und schick das.
error-picture-unreadable = Dieses Bild ließ sich nicht lesen. Speichere es bitte neu als JPEG oder PNG und schick das.
error-picture-memory = Dieses Bild zu lesen braucht mehr als die { $megabytes } MB Speicher, die ein Bild haben darf. Schick bitte ein kleineres.
error-picture-damaged = Dieses Bild ist beschädigt oder unvollständig und lässt sich nicht lesen. Schick es bitte noch einmal oder speichere es vorher neu als JPEG oder PNG.
error-picture-megapixels = Dieses Bild hat { $megapixels } Megapixel; mehr als { $most } gehen nicht. Schick bitte ein kleineres.
error-not-a-picture = Diese Datei ist kein Bild, mit dem ich etwas anfangen kann; das sind JPEG, PNG, WebP, GIF, BMP und TIFF. Speichere es bitte als JPEG oder PNG und schick das.
error-picture-small = Dieses Bild hat { $width } × { $height } Pixel; jede Seite braucht mindestens { $least }. Schick bitte ein größeres.
error-picture-long = Die lange Seite dieses Bildes ist { $times }-mal so lang wie die kurze; mehr als { $most }-mal geht nicht. Schneide es bitte zu.

## Gemälde

error-unknown-job = Dieses Gemälde gibt es nicht, oder es ist nicht deins.

## Webseite und API, die Englisch sprechen

error-upload-kind = Schick die Bilder als multipart/form-data.
error-upload-slow = Das Hochladen hat zu lange gedauert.
error-upload-malformed = Der Upload ist kein korrektes multipart/form-data.
error-upload-part = Einen Teil „{ $part }“ gibt es nicht; schick content, style, mask, options, words, weights und webhook.
error-upload-part-twice = Den Teil „{ $part }“ gibt es mehr als einmal.
error-upload-pictures =
    { $most ->
        [one] Vom Teil „{ $part }“ geht nur ein Bild.
       *[other] Vom Teil „{ $part }“ gehen höchstens { $most } Bilder.
    }
error-upload-text-long = Der Teil „{ $part }“ ist länger als { $most } Bytes.
error-upload-heavy = Die Bilder sind zu schwer: Jedes darf höchstens { $most } MB haben.
error-upload-picture-heavy = Das Bild „{ $part }“ ist zu schwer: Jedes darf höchstens { $most } MB haben.
error-upload-no-content = Das Motiv fehlt: Schick es als Teil „content“.
error-upload-no-style = Der Stil fehlt: Schick ein Bild als Teil „style“ oder nenn in „words“ einen aus der Galerie.
error-upload-styles = Das sind { $count } Stile; höchstens { $most } lassen sich mischen.
error-upload-masks = Es gibt mehr Masken als Stile; die erste Maske gehört zum ersten Stil.
error-upload-style-and-chance = Ein Stil wurde geschickt, und die Worte würden einen anderen wählen; lass eins davon weg.
error-options-not-json = Die Optionen sind kein JSON.
error-options-no-object = Die Optionen müssen ein JSON-Objekt sein, etwa { "{" }"size": 512{ "}" }.
error-options-expert = „{ $name }“ ist für Programme mit dem API-Schlüssel des Dienstes (Authorization: Bearer …); lass es weg.
error-options-and-words = { $name } ist { $option } in den Optionen und { $word } in den Worten; lass eins davon weg.
error-options-of-commands = save_every und initial „picture“ sind für die Kommandozeile; lass sie weg.
error-weights = Die Gewichte sind eine JSON-Liste von Zahlen über 0 und höchstens { $most }, etwa [0.7, 0.3].
error-weights-number =
    { $count ->
        [one] Es ist { $count } Stilbild; schick ein Gewicht für jedes.
       *[other] Es sind { $count } Stilbilder; schick ein Gewicht für jedes.
    }
error-page-limit = Die Länge einer Seite ist eine ganze Zahl von 1 bis { $most }.
error-page-after = Hier beginnt keine Seite: „after“ steht als „next“ auf der Seite davor.
error-edge = Die Kantenlänge ist eine ganze Zahl von { $least } bis { $most }, in Pixeln.
error-body-kind = Schick den Inhalt als application/json.
error-body-long = Der Inhalt ist länger als { $most } Bytes.
error-body-variation = Der Inhalt ist ein JSON-Objekt, entweder mit „variation“, einem Namen, oder mit „options“, einem Objekt.
# $names is a list with commas.
error-variation = Es gibt keine Abwandlung „{ $name }“. Es gibt { $names }.
error-idempotency-key = Ein Idempotency-Key hat 1 bis { $most } Zeichen.
error-foreign-host = Unter diesem Namen antwortet der Dienst nicht. Wer ihn betreibt, kann den Namen in ATELIER_WEB__ALLOWED_HOSTS aufnehmen.
error-foreign-origin = Diese Anfrage kommt von einer anderen Website.
error-bad-key = Das ist kein gültiger Schlüssel.
error-key-missing = Dieser Dienst ist für Programme mit einem Schlüssel, geschickt als Authorization: Bearer …
# $scope is read, paint or expert.
error-missing-scope = Dieser Schlüssel erlaubt „{ $scope }“ nicht.
error-webhook-key = Nur Programmen mit einem eigenen Schlüssel kann ein Webhook das Ende eines Gemäldes melden.
# $schemes is https, perhaps with http.
error-webhook-url = Ein Webhook ist eine URL ({ $schemes }) mit höchstens { $most } Zeichen, ohne Namen und Passwort darin.
error-webhook-private = An Adressen privater Netze werden keine Webhooks geschickt.
