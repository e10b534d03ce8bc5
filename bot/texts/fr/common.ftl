### L’original, avec l’explication des variables, est en anglais dans ../en.

verbatim = { $text }
