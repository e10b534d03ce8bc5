### El original, con las variables explicadas, está en inglés en ../en.

verbatim = { $text }
