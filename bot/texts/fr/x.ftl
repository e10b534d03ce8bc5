### What the bot says on X: one line, since a post is short.

## What is to be seen on a painting, for those who do not see it. $style is one of painting-style-…, or titles of the gallery.

x-alt-sent-by = Une image envoyée par { $name }
x-alt-sent = Une image que quelqu'un a envoyée
x-alt-painted = { $style } : peint par une machine.

## What the person can mend

x-how-to = Envoyez-moi deux images dans un post : la première est peinte à la manière de la seconde. Ou une seule et un style : #woodcut, +ink, surprise.
x-film = Je ne peins que d'après des images fixes ; une vidéo ou une animation ne me sert pas.
x-picture-gone = Une image du post n'est plus accessible. Publiez-la de nouveau, s'il vous plaît.
# Megabytes.
x-picture-heavy = L'image pèse plus de { $most } Mo. Publiez-en une plus petite, s'il vous plaît.
x-not-fetched = L'image n'est pas accessible pour le moment.
x-not-kept = Les images de ce tableau ne sont plus conservées. Envoyez-les de nouveau, s'il vous plaît.
x-no-further = On ne peut pas aller plus loin dans ce sens.

## To a word of the person's own

x-started = Heureux de vous revoir : vous recevez de nouveau des réponses.
x-erased = Tout ce qui était conservé de vous est effacé. Les posts sur X restent jusqu'à ce qu'ils y soient supprimés.
