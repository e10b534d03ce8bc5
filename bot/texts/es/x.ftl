### What the bot says on X: one line, since a post is short.

## What is to be seen on a painting, for those who do not see it. $style is one of painting-style-…, or titles of the gallery.

x-alt-sent-by = Una imagen enviada por { $name }
x-alt-sent = Una imagen que alguien envió
x-alt-painted = { $style }: pintado por una máquina.

## What the person can mend

x-how-to = Envíame dos imágenes en una publicación: la primera se pinta a la manera de la segunda. O una y un estilo: #woodcut, +ink, surprise.
x-film = Solo pinto a partir de imágenes fijas; un vídeo o una animación no me sirve.
x-picture-gone = Una imagen de la publicación ya no se puede obtener. Publícala otra vez, por favor.
# Megabytes.
x-picture-heavy = La imagen pesa más de { $most } MB. Publica una más pequeña, por favor.
x-not-fetched = La imagen no se puede obtener en este momento.
x-not-kept = Las imágenes de ese cuadro ya no se conservan. Envíalas otra vez, por favor.
x-no-further = Por ese camino no se puede ir más lejos.

## To a word of the person's own

x-started = Qué bien que vuelvas: desde ahora recibes respuestas otra vez.
x-erased = Todo lo que se guardaba de ti está borrado. Las publicaciones en X se quedan hasta que se borren allí.
