### What the bot says on X: one line, since a post is short.

## What is to be seen on a painting, for those who do not see it. $style is one of painting-style-…, or titles of the gallery.

x-alt-sent-by = Ein Bild von { $name }
x-alt-sent = Ein Bild, das jemand geschickt hat
x-alt-painted = { $style }: gemalt von einer Maschine.

## What the person can mend

x-how-to = Schick mir zwei Bilder in einem Post: Das erste wird in der Art des zweiten gemalt. Oder eines und einen Stil: #woodcut, +ink, surprise.
x-film = Ich male nur nach stehenden Bildern; mit Videos und Animationen kann ich nichts anfangen.
x-picture-gone = Ein Bild des Posts ist nicht mehr abrufbar. Bitte poste es noch einmal.
# Megabytes.
x-picture-heavy = Das Bild ist schwerer als { $most } MB. Bitte poste ein kleineres.
x-not-fetched = Das Bild ist im Moment nicht abrufbar.
x-not-kept = Die Bilder zu diesem Gemälde sind nicht mehr da. Bitte schick sie noch einmal.
x-no-further = Weiter geht es in dieser Richtung nicht.

## To a word of the person's own

x-started = Willkommen zurück: Ab jetzt bekommst du wieder Antwort.
x-erased = Alles, was von dir aufbewahrt war, ist gelöscht. Posts auf X bleiben, bis sie dort gelöscht werden.
