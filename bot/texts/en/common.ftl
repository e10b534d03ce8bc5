### Everything that people are told, in English. Variables are explained where a name does not do it.

# What is the same in all languages.
verbatim = { $text }
