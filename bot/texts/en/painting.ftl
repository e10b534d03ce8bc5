### The message of a painting: its place in the queue, how far it is, the painting, and what its buttons do.

## Before it is there. $eta is a length of time such as “3 minutes”.

painting-place =
    { $place ->
        [1] You are next. Your painting should be ready in about { $eta }.
       *[other] You are number { $place } in the queue. Your painting should be ready in about { $eta }.
    }
painting-begun = Painting now. It should be ready in about { $eta }.
# $reason is the operator's, in the operator's words.
painting-paused = ⏸ Painting is paused at the moment: { $reason } Your place is kept.
# $bar is a bar that fills up.
painting-progress =
    { $bar } { $percent } %
    About { $eta } to go.

## When it is there. $style is one of painting-style-…, or titles of the gallery; $seconds is a length of time.

painting-caption = { $style } · { $seconds }
painting-style-sent =
    { $count ->
        [one] In the style of the other picture
       *[other] In the styles of { $count } pictures
    }
painting-style-dream = A dream
painting-ready = Your painting is ready.
painting-not-made = Sorry, there is no painting this time. The message above says why.

## Buttons: a word or two.

painting-button-cancel = Cancel
painting-button-swap = Swap
painting-button-stronger = Stronger
painting-button-softer = Softer
painting-button-keep-colours = Keep colours
painting-button-protect-faces = Protect faces
painting-button-bigger = Bigger
painting-button-again = Again
painting-button-other-style = Other style
painting-button-surprise = Surprise me
painting-button-back = Back
painting-button-as-file = As file
painting-button-time-lapse = Time-lapse
painting-button-breakdown = Breakdown

## What a press is answered, in at most 200 characters.

painting-cancelling = Stopping this one.
painting-swapped = Content and style have changed places.
painting-another = Another one is on its way.
painting-choose-style = Choose a style below.
painting-coming = One moment, here it comes.
painting-voted = Thank you!
painting-at-its-limit = This one cannot be taken any further that way.
painting-style-gone = This style is no longer in the gallery. Choose another.
painting-not-yours = Only the one who asked for this painting can do that.
painting-others-may-not = In this group a painting's buttons are for the one who asked for it. Send pictures of your own.
painting-file-too-large = This file has { $megabytes } MB, and Telegram takes { $most } MB from a bot at most. Ask for a smaller painting to get it as a file.

## The breakdown of a painting

breakdown-head = Breakdown of painting { $id }
breakdown-style = Style: { $style }
# $options are options as they are typed, which are the same in all languages.
breakdown-options = Options: { $options }
breakdown-seed = Seed: { $seed }
breakdown-size = Size: { $width } × { $height } pixels
# $time is a length of time such as “3 minutes”.
breakdown-time =
    Painted in { $time }, in { $steps ->
        [one] one step
       *[other] { $steps } steps
    }
# $losses is a list of names and numbers.
breakdown-losses = Losses at the end: { $losses }
breakdown-encoder = Eyes: { $encoder }, on { $device }
breakdown-critic = The critic: { $review }

## The critic, tongue in cheek: of the painting only, never of people. $way chooses one by lot, 0 to 4.

critic-value =
    { $guineas ->
        [one] Valued at one guinea
       *[other] Valued at { $guineas } guineas
    }, { $way ->
        [0] frame not included.
        [1] or one good umbrella, whichever keeps longer.
        [2] provided that nobody asks who held the brush.
        [3] and rising, should the artist ever be unplugged.
       *[4] payable in compliments.
    }
critic-bold =
    { $way ->
        [0] The style has swallowed the subject whole and is asking for pudding.
        [1] One looks in vain for the subject, and does not miss it.
        [2] Restraint was invited and sent its regrets.
        [3] Here a brush has won an argument that the photograph did not know it was having.
       *[4] Rarely has so much paint stood between a viewer and the facts.
    }
critic-balanced =
    { $way ->
        [0] Subject and style share the canvas like neighbours who have agreed about the hedge.
        [1] It knows what it is a picture of, and has the manners not to insist.
        [2] The hand is sure, which is remarkable in the absence of a hand.
        [3] It is influenced by the masters, in the sense in which a sponge is influenced by water.
       *[4] Hung slightly crooked, it would pass for a school of its own.
    }
critic-timid =
    { $way ->
        [0] The brush approaches the subject like a guest who has forgotten the host's name.
        [1] Style has been applied as one applies butter in hard times.
        [2] A photograph, one feels, that has once been to an exhibition.
        [3] It is so discreet that the frame will have to do the talking.
       *[4] The painter came, saw, and did not want to disturb.
    }
critic-dream =
    { $way ->
        [0] The painter had cheese before bed, and we are the ones who wake up.
        [1] Everything in it is looking at something else, and all of it at us.
        [2] It has more eyes than admirers, for the time being.
        [3] One cannot say what it shows, only that it has seen it.
       *[4] A picture that has plainly been dreaming during office hours.
    }
critic-advice =
    { $way ->
        [0] Hang it where the light is poor and the wine is good.
        [1] Buy now, before the artist learns to charge.
        [2] Looks its best from the next room, as do most investments.
        [3] The provenance is impeccable: we watched.
       *[4] Recommended to every collector with a wall and no questions.
    }
