### What the Telegram bot says while it listens: welcome, prompts, commands and settings.

## What somebody reads who opens the bot for the first time; at most 512 and 120 characters.

telegram-description =
    Send me two pictures, and I paint the first in the style of the second.

    Or send one, and choose a style from the gallery.
telegram-short-description = Paints one picture in the style of another.

## Welcome and help

telegram-welcome =
    Hello! I paint one picture in the style of another.

    Send me two pictures in one message: first what I shall paint, then the style. Or send just one, and choose a style from my gallery.

    /styles shows the gallery, /help all that I can do.
telegram-help =
    Send two pictures: the first is painted in the style of the second. They can come together or one after the other. With more than two, all but the first are styles, blended.

    Send one picture, and choose the style by a button – or name it in the caption: woodcut. “surprise” leaves the choice to me.

    Options go into the caption, too:
    strength=60% – more or less of the style
    keep colours – your picture's own colours
    fine – better, and slower (draft is quick, instant takes a moment)
    size=1024 – pixels on the long edge
    scale=2 – larger strokes
    protect=60% – spare faces and fine detail

    /paint – reply with it to any picture here
    /dream – a painting without a style
    /styles – the gallery
    /status – what I am painting for you
    /cancel – stop it
    /history – your last paintings
    /result – send one again
    /settings – your usual options and your language
    /privacy – what is kept of your pictures
    /delete – erase all of it

    Pictures sent as files keep their full quality.
telegram-help-group =
    Reply to a picture with /paint and the name of a style: /paint woodcut. Without a style I ask for one. A picture sent in reply to another, with /paint as its caption, is the style.

    /dream paints without a style, /styles shows the gallery.

    I listen only to commands, to replies to me, and to my name. In a private chat with me there is more: send me two pictures, and I paint the first in the style of the second.

## A picture is there, and the style is missing

telegram-which-style = Which style? Choose one here, or send me a second picture to take it from.
telegram-which-style-group = Which style? Choose one here, or reply to this message with a picture to take it from.
telegram-still-waiting = Your picture is still waiting: choose a style above, send a second picture, or write the name of a style.
telegram-noted = Noted.
# $words are those that were understood beside one that was not.
telegram-rest-kept = The rest is noted: { $words }.
telegram-all-kept = Your pictures are kept. Write the words again as they should be, or have them painted without.
telegram-kept = What you sent is kept for half an hour: send /paint to try again, or other words, such as size=512.
telegram-button-surprise = 🎲 Surprise me
telegram-button-drop = Cancel
telegram-button-go = Paint without
# $style is the title of a style.
telegram-style-chosen = { $style } it is.
telegram-style-gone = This style is no longer in the gallery. Choose another.
telegram-no-longer-waiting = No picture of yours is waiting for that any more.
telegram-forgotten = All right, forgotten.
telegram-styles-shown = All my styles. Choose one for your next picture, or write its name into a caption.

## Words are there, and the picture is missing

telegram-now-the-picture = Noted. Now send me the picture.
telegram-now-the-picture-in = { $style } it is. Now send me the picture.
telegram-how-to-paint = Send me a picture first, or reply to one with /paint.
telegram-what-i-do = I paint pictures: send me two, and I paint the first in the style of the second. Or send one, and choose a style from my gallery. /help tells more.

## Pictures that cannot be taken

telegram-picture-heavy = This picture has { $megabytes } MB, and Telegram hands out { $most } MB to a bot at most. Please send a smaller one, or send it as a photo instead of a file.
telegram-picture-too-heavy = This picture is too large: Telegram hands out { $most } MB to a bot at most. Please send a smaller one, or send it as a photo instead of a file.
telegram-picture-gone = Telegram does not have one of these pictures any more. Please send them again.
telegram-not-fetched = Telegram did not hand over the picture.
telegram-styles = These are { $count } styles; at most { $most } can be blended. Please send fewer.
telegram-style-and-chance = You sent a style, and the words ask for another one by chance. Leave one of them out.
telegram-album-left-out = What is no picture in this album was left out: I paint from pictures only.
telegram-album-alone = Only one picture of this album has reached me.
telegram-album-late = This one came after I had begun with the rest of its album, and was left out. To have it in, press Cancel and send the pictures again.
telegram-other-video = I cannot paint films, only pictures. Send me a frame of it as a photo.
telegram-other-sticker = A nice sticker! I paint from photos and picture files, though: send me two, and I paint the first in the style of the second.
telegram-other-file = I cannot paint from this. Send me a photo, or a picture as a file.
telegram-masked = I cannot tell who you are while you write in the name of a group or a channel. Please write as yourself.
telegram-too-much = That is more than I can take from one person at once: your last messages were left out. Please send them again in a moment.

## Commands

# $hint is one of the two that follow.
telegram-no-command = There is no /{ $command }. { $hint }
telegram-nearest-command = Did you mean /{ $near }?
telegram-see-help = /help shows what there is.
telegram-apology = Sorry, something went wrong on our side. Please try again in a while; pictures you have sent are kept for half an hour, and /paint takes them up again.
telegram-given-up = Sorry, something went wrong on our side with what you sent last, several times. Please send it again, or another picture.

# In menus, at most 256 characters each.
telegram-command-paint = Paint a picture: as a reply to it, or before you send it
telegram-command-dream = Paint a dream, without a style
telegram-command-styles = Show the gallery of styles
telegram-command-status = How your paintings are coming along
telegram-command-cancel = Stop a painting
telegram-command-history = Your last paintings
telegram-command-result = Send a painting again
telegram-command-settings = Your usual options and your language
telegram-command-help = What I can do
telegram-command-privacy = What is kept of your pictures
telegram-command-delete = Erase everything that is kept of you

## Paintings asked about. $id is the beginning of an id, $style what the style is called, $eta a length of time.

telegram-status-none = Nothing is under way for you at the moment. Send me a picture!
telegram-status-pending =
    { $count ->
        [one] A picture of yours is waiting for its style.
       *[other] { $count } pictures of yours are waiting: send /paint to begin.
    }
telegram-status-waiting = { $id } · { $style } · number { $place } in the queue, ready in about { $eta }
telegram-status-painting = { $id } · { $style } · { $percent } % painted, ready in about { $eta }
telegram-status-painted = { $id } · { $style } · painted, and on its way to you
telegram-cancelling =
    { $count ->
        [one] All right, it is being stopped.
       *[other] All right, all { $count } are being stopped.
    }
telegram-cancel-which = Which one? Send /cancel and its first word, or /cancel all.
telegram-history-none = You have no paintings yet. Send me a picture!
telegram-history-line = { $id } · { $style } · { $state } · { $ago }
telegram-history-hint = Send /result and the first word of a line to see that painting again.
telegram-ago = { $time } ago
telegram-state-queued = waiting
telegram-state-rendering = being painted
telegram-state-rendered = painted
telegram-state-delivered = painted
telegram-state-failed = not painted
telegram-state-cancelled = cancelled
telegram-state-expired = given up
telegram-no-painting = You have no painting yet. Send me a picture!

## Settings

telegram-settings = Your settings. They hold for everything you ask for; words in a caption take precedence.
# On buttons.
telegram-setting = { $name }: { $value }
telegram-setting-quality = Quality
telegram-setting-strength = Strength
telegram-setting-colours = Colours
telegram-setting-size = Size
telegram-setting-style-scale = Strokes
telegram-setting-protect = Protect faces
telegram-setting-language = Language
telegram-settings-automatic = automatic
telegram-chosen = ✓ { $value }
telegram-button-back = « Back
telegram-button-reset = Reset all
telegram-settings-quality = Quality: instant is there at once, draft soon, fine takes its time.
telegram-settings-strength = Strength: how much of the style there is. With little, nearly all of your picture stays; with much, the style dissolves it.
telegram-settings-colours = Colours: style takes the style's, keep leaves those of your picture, match gives those of your picture to the style first.
telegram-settings-size = Size: the long edge in pixels. Larger takes longer.
telegram-settings-style-scale = Strokes: how large they are painted.
telegram-settings-protect = Protect faces: how far faces and fine detail are kept from being dissolved.
telegram-settings-language = Which language shall I speak?
# The name of this language in this language.
telegram-language-name = English
telegram-language-auto = as in Telegram
telegram-settings-group = In this group: may others, too, press the buttons under a painting? What they order counts as theirs.
telegram-settings-in-private = Your own settings are in our private chat: send me /settings there.
telegram-settings-not-yours = Only those who run this group can change that.
telegram-button-others-yes = Yes, everybody
telegram-button-others-no = No, only who asked

## Erasing

telegram-erase = Erase everything that is kept of you: pictures, paintings, history and settings? Paintings under way are stopped. This cannot be undone.
telegram-button-erase-yes = Yes, erase everything
telegram-button-erase-no = No
telegram-erase-not = Nothing was erased.
telegram-erased =
    { $count ->
        [0] Everything is erased. There were no paintings.
        [one] Everything is erased, with one painting.
       *[other] Everything is erased, with { $count } paintings.
    }
telegram-not-for-you = This question was somebody else's.
