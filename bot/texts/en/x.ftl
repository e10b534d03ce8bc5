### What the bot says on X: one line, since a post is short.

## What is to be seen on a painting, for those who do not see it. $style is one of painting-style-…, or titles of the gallery.

x-alt-sent-by = A picture sent by { $name }
x-alt-sent = A picture that somebody sent
x-alt-painted = { $style }: painted by a machine.

## What the person can mend

x-how-to = Send me two pictures in one post: the first is painted in the manner of the second. Or one, and a style: #woodcut, +ink, surprise.
x-film = I paint from still pictures only; a video or an animation I cannot use.
x-picture-gone = A picture of the post can no longer be fetched. Please post it again.
# Megabytes.
x-picture-heavy = The picture is heavier than { $most } MB. Please post a smaller one.
x-not-fetched = The picture cannot be fetched at the moment.
x-not-kept = The pictures of that painting are no longer kept. Please send them again.
x-no-further = It cannot be taken further that way.

## To a word of the person's own

x-started = Welcome back: from now on you are answered again.
x-erased = All that was kept of you is erased. Posts on X stay until they are deleted there.
