### What is said of a job: whether it is taken in, and how it ends.

## Lengths of time, as parts of other sentences

duration-seconds =
    { $number ->
        [one] { $number } second
       *[other] { $number } seconds
    }
duration-minutes =
    { $number ->
        [one] { $number } minute
       *[other] { $number } minutes
    }
duration-hours =
    { $number ->
        [one] { $number } hour
       *[other] { $number } hours
    }
duration-days =
    { $number ->
        [one] { $number } day
       *[other] { $number } days
    }

## The end

reply-painted = Here is your painting.
# Long edges in pixels.
reply-made-smaller = Painted at { $size } px: the device had too little memory for { $wanted }.
reply-smaller-tiles = Painted in smaller tiles: the device had too little memory for larger ones.

reply-cancelled = This painting was cancelled.
reply-expired = This painting waited for too long and was given up. Please ask again.
reply-out-of-memory = There is too little memory for this painting, even at a smaller size. Please try a smaller one.
reply-bad-input = One of the pictures could not be painted from. Please try another.
reply-poisoned = The painter stopped on this one several times, so it was set aside. Please try other pictures.
reply-undeliverable = The painting was made, but it could not be sent to you.
reply-moderated = I cannot send a painting of these pictures. Please try others.
# $code is what an admin can look up.
reply-internal = Something went wrong on our side, sorry (code { $code }).

## Which picture a sentence is about: “The content picture: it is damaged …”

intake-about = { $which }: { $problem }
intake-the-content = The content picture
intake-the-style = The style picture
intake-style = Style picture { $number }
intake-mask = Mask { $number }

## Orders that are not taken in

intake-mask-mismatch = it has { $width } × { $height } pixels, which is not the shape of the content picture ({ $content-width } × { $content-height }). Please draw it over the content picture.
# $way-out is one of intake-way-out-….
intake-too-expensive = This painting would take about { $expected }, more than the { $allowed } allowed. { $way-out }
intake-way-out-size = { $size } pixels would do.
intake-way-out-iterations = Fewer iterations may do.
intake-way-out-draft = The quality “draft” may do.
intake-dream-style = A dream is made of one picture alone: leave the style out.
intake-no-style = A style is missing: send a picture, or name one of the gallery.
intake-nothing-to-swap = There is no style picture that could change places with the content.
intake-weight = The weight of a style is a number above 0.
intake-input-gone = The pictures of this painting are no longer kept. Please send them again.
intake-moderated = I cannot paint from this picture. Please try another.

## Too much at once; $wait is a length of time

busy-queue-full = All places in the queue are taken; please try again in about { $wait }.
busy-too-many-jobs =
    { $number ->
        [one] You have { $number } painting under way already; please try again in about { $wait }.
       *[other] You have { $number } paintings under way already; please try again in about { $wait }.
    }
busy-uploads = More pictures are coming in at the moment than I can look at; please try again in about { $wait }.
busy-closing = No new paintings are taken at the moment; those that wait will still be made. Please try again later.
busy-disk-full = There is no room for new paintings at the moment; those that wait will still be made. Please come back later.
busy-store = It could not be written down just now; nothing is lost, please try again in a moment.
busy-quota-hour =
    { $number ->
        [one] You have asked for { $number } painting within the last hour, which is the most; please try again in about { $wait }.
       *[other] You have asked for { $number } paintings within the last hour, which is the most; please try again in about { $wait }.
    }
busy-quota-day =
    { $number ->
        [one] You have asked for { $number } painting within the last day, which is the most; please try again in about { $wait }.
       *[other] You have asked for { $number } paintings within the last day, which is the most; please try again in about { $wait }.
    }
busy-group-quota-hour =
    { $number ->
        [one] This group has asked for { $number } painting within the last hour, which is the most; please try again in about { $wait }.
       *[other] This group has asked for { $number } paintings within the last hour, which is the most; please try again in about { $wait }.
    }
busy-group-quota-day =
    { $number ->
        [one] This group has asked for { $number } painting within the last day, which is the most; please try again in about { $wait }.
       *[other] This group has asked for { $number } paintings within the last day, which is the most; please try again in about { $wait }.
    }
busy-address-quota-hour =
    { $number ->
        [one] Your network has asked for { $number } painting within the last hour, which is the most; please try again in about { $wait }.
       *[other] Your network has asked for { $number } paintings within the last hour, which is the most; please try again in about { $wait }.
    }
busy-address-quota-day =
    { $number ->
        [one] Your network has asked for { $number } painting within the last day, which is the most; please try again in about { $wait }.
       *[other] Your network has asked for { $number } paintings within the last day, which is the most; please try again in about { $wait }.
    }
busy-too-many-requests = More than { $most } requests within a minute are too many; please try again in about { $wait }.

## Who may order

account-banned = You can no longer order paintings here.
# $reason is what the operator wrote.
account-banned-because = You can no longer order paintings here: { $reason }
# $id is what whoever runs the service needs to know.
account-not-allowed = Only people who were invited can order paintings here. Whoever runs this service can let you in; you are { $id }.

## What is asked about a painting

desk-too-late = This painting is finished already.
desk-not-finished = This painting is not finished yet.
desk-no-timelapse = This painting has no time-lapse: it was painted before there were any.
desk-no-longer-kept = This painting is no longer kept.
