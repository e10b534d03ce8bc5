"""Options in words: the one grammar of captions, posts and ``--words``, and the one way to say what is wrong.

::

    woodcut  #woodcut  #woodcut:0.7      that style, with a weight where several are blended
    surprise  surprise me                any style
    +ink  !ink  -dark                    any style with this tag, and without that one
    size=1024  strength: 0.8  scale=2    an option; `style_scale` is called scale, and colours may be colors
    80%  fine  keep colours  dream       strength, quality, colours and mode without their names

Spaces, commas and lines separate words. Case does not count, nor do the hyphens, underscores and spaces within a name.
"""

from bot.options.grammar import Known, Wishes, parse
from bot.options.values import allowed, explain, hint, layers, nearest, number, same

__all__ = ["Known", "Wishes", "allowed", "explain", "hint", "layers", "nearest", "number", "parse", "same"]
