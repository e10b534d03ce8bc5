### What the web page says while it is used. Only plain text, variables, and a choice by one variable.

## Choosing pictures

script-no-picture = “{ $name }” is not a picture.
script-content-missing = Your picture is missing: what shall be painted?
script-style-missing = The manner is missing: how shall it be painted?
script-at-most = At most { $most } manners can be blended.
script-swapped = Swapped
script-chosen = { $style } it is
script-surprise = Surprise me
script-surprise-note = One of the gallery, by chance
script-from-gallery = { $style }, from the gallery
script-blended = { $count } manners, blended
script-blending = Choose the manner to blend in.
script-share = Share of { $style }
script-remove-share = Remove { $style }
script-dreaming = A dream has no manner.
script-sending = Sending the pictures …
script-paint = Paint

## What the options mean

script-strength-least = A breath of the manner: your picture stays nearly as it is.
script-strength-little = Gentle: your picture leads, the manner tints it.
script-strength-middle = Balanced: clear shapes, in the manner’s strokes and colours.
script-strength-much = Bold: the strokes begin to lead.
script-strength-most = Dissolved: shapes melt into the manner.
script-strokes-finest = Half as large as in the manner: fine and busy.
script-strokes-finer = Somewhat finer than in the manner.
script-strokes-same = As large as in the manner.
script-strokes-broader = Somewhat broader than in the manner.
script-strokes-broadest = Twice as large as in the manner: broad and bold.
script-colours-style = The painting takes the colours of the manner.
script-colours-keep = Only light and dark are painted; your colours stay as they are.
script-colours-match = The manner is given your colours before it is used.
script-quality-instant = There at once; brushwork without much thought.
script-quality-draft = A first idea, in a fraction of the time.
script-quality-standard = Good enough to hang.
script-quality-fine = Longer work, for the best there is.
script-protect-none = The manner may go anywhere, faces too.
script-protect-some = Faces and windows keep their drawing a little.
script-protect-much = Faces and fine lines are mostly kept.
script-protect-all = Every feature of a face is held on to.

## How busy the service is

script-free = Nobody is waiting.
script-waiting =
    { $count ->
        [one] { $count } painting is waiting before yours.
       *[other] { $count } paintings are waiting before yours.
    }
script-paused = Painting is paused: { $reason } What you send is kept and painted afterwards.
script-closed-closing = No new paintings are taken at the moment. Those that wait will still be made.
script-closed-disk_full = There is no room for new paintings at the moment. Please come back later.
script-closed-queue_full = All places in the queue are taken. Please try again in a few minutes.
script-unreachable = The service cannot be reached. Is it running?
script-trying-again = The service cannot be reached; trying again.
script-answered = The service answered { $status }.

## Waiting and painting

script-title-waiting = Waiting for the easel
script-title-painting = Painting
script-title-done = Your painting
script-tab-waiting = Waiting
script-tab-done = Finished
script-next = Next in line
script-next-in = Next in line, ready in { $wait }
script-number = Number { $position } in line
script-number-in = Number { $position } in line, ready in { $wait }
script-paused-place = Painting is paused: { $reason } Your place is kept.
script-preparing = Preparing the canvas
script-percent = { $percent }%
script-percent-left = { $percent }%, { $wait } left
script-seconds-few = a few seconds
script-seconds = about { $number } seconds
script-minutes =
    { $number ->
        [one] about a minute
       *[other] about { $number } minutes
    }
script-hours =
    { $number ->
        [one] about an hour
       *[other] about { $number } hours
    }
script-cancel = Cancel
script-cancelling = Cancelling …
script-so-far = The painting so far
script-finished = The finished painting
script-your-picture = Your picture
script-film-alt = How the painting came about
script-pixels = { $width } × { $height } pixels
script-painted-in = painted in { $time }
script-exact-seconds = { $seconds } s
script-exact-minutes = { $minutes } min { $seconds } s

## Variations

script-variation-stronger = Stronger
script-variation-softer = Softer
script-variation-bigger = Bigger
script-variation-keep-colours = Keep my colours
script-variation-protect-faces = Protect faces
script-variation-again = Another version

## Own paintings

script-state-queued = Waiting
script-state-rendering = Being painted
script-state-rendered = Painted
script-state-delivered = Painted
script-state-failed = Not painted
script-state-cancelled = Cancelled
script-state-expired = Given up
script-state-gone = No longer kept
script-erased =
    { $count ->
        [0] There was nothing to delete.
        [one] { $count } painting deleted, with all that belonged to it.
       *[other] { $count } paintings deleted, with all that belonged to them.
    }
