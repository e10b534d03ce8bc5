### Was von Menschen aufbewahrt wird: /privacy, auf der Seite und in PRIVACY.md. Die Fristen sind die eingestellten.

privacy-title = Was von dir aufbewahrt wird
# $inputs und $results sind Zeitspannen.
privacy-pictures = Die Bilder, die du schickst, bleiben auf dem Computer, auf dem dieser Dienst läuft, noch { $inputs } lang, nachdem ihr Gemälde fertig ist, denn dessen Knöpfe malen noch einmal danach. Das Gemälde und seinen Zeitraffer gibt es { $results } lang. Zu etwas anderem dienen sie nicht: niemand bekommt sie zu sehen, und nichts wird damit trainiert. In einer Gruppe sehen die anderen, worum du dort bittest.
privacy-camera = Was die Kamera in ein Bild geschrieben hat, den Ort zum Beispiel, wird beim Eintreffen weggeworfen.
privacy-moderation = Wo der Betreiber es eingeschaltet hat, sieht ein Programm auf demselben Computer die Bilder vorher an. An andere Dienste werden sie nicht geschickt.
# $history und $pending sind Zeitspannen.
privacy-jobs = Dass du um ein Gemälde gebeten hast, bleibt { $history } lang vermerkt: wann, mit welchen Worten und Optionen, wohin die Antwort ging und wie es dir gefiel. Deine Einstellungen bleiben, bis du sie änderst. Ein Bild, das auf seinen Stil wartet, wird nach { $pending } vergessen.
privacy-who = Bekannt bist du durch die Nummer, die du bei Telegram oder X hast, bei X auch durch deinen Benutzernamen, der in der Beschreibung eines Gemäldes steht; auf der Seite durch ein zufälliges Cookie, ohne dieses durch deine Netzadresse. Wann du um etwas gebeten hast, wird einen Tag lang gezählt.
# $audit ist eine Zeitspanne.
privacy-operator = Wer diesen Dienst betreibt, sieht unter dieser Nummer, wer um wie viel bittet und was misslungen ist, und kann jemanden ausschließen. Was dabei getan wurde, bleibt { $audit } lang vermerkt.
privacy-log = Im Protokoll dieses Dienstes stehen weder Namen noch Bilder, Worte, Adressen oder Nummern von Menschen: an ihrer Stelle steht ein Pseudonym, dessen Schlüssel nur der Betreiber hat.
privacy-erase = Du kannst alles auf einmal löschen lassen: bei Telegram mit /delete, bei X mit dem Wort „delete“ an den Bot, auf der Seite unter „{ page-mine }“. Bilder, Gemälde, Verlauf und Einstellungen sind dann weg. Eine Sperre oder der Wunsch, keine Antwort zu bekommen, bleibt, und ebenso, was der Betreiber getan hat.
privacy-backups = Sicherungen von vorher enthalten das Gelöschte noch, bis der Betreiber sie löscht; spätere nicht mehr.
privacy-elsewhere = Nachrichten bei Telegram und Beiträge auf X bleiben dort, bis sie dort gelöscht werden.
