### Was es heißt, steht auf Englisch in ../en; dort sind auch die Variablen erklärt.

verbatim = { $text }
