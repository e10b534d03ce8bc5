### What a person can mend: why something was refused, and what to do about it.

## Parts of the sentences below

# $text is what somebody wrote.
error-quoted = “{ $text }”
error-nearest = Did you mean “{ $near }”?
# $names is a list with commas.
error-there-are = There are { $names }.

## Words and options. Names of options, their values, styles and tags are typed as they are and stay.

error-words-too-long = These words are too many: at most { $most } characters are read.
error-no-word = There is no “{ $word }”.
# $others and $last are error-no-word-among or error-no-word-among-but, $others with commas between them.
error-no-words = There is { $others } and { $last }.
error-no-word-among = no “{ $word }”
error-no-word-among-but = no “{ $word }” (did you mean “{ $near }”?)
# $names is a list with commas.
error-what-to-name = Name a style ({ $names }), or an option such as size=1024 or strength=80%.
error-option-expert = “{ $name }” is for the command line and for programs with a key; leave it out here.
error-option-twice = { $name } is given twice, { $first } and { $second }; keep one.
error-no-option = There is no option “{ $name }”.
# $allowed is one of error-allowed-…, $given what was written, perhaps as error-quoted.
error-option = { $name } must be { $allowed }, not { $given }.
error-allowed-whole-number = a whole number from { $least } to { $most }
error-allowed-number = a number from { $least } to { $most }
error-allowed-number-above = a number above { $least } and at most { $most }
error-allowed-layer = a layer of the encoder such as relu4_2
error-allowed-layers = layers of the encoder such as relu4_2, or relu1_1+relu2_1:0.5 with weights
# Values of which one is chosen; $others is a list with commas.
error-allowed-one-of = { $others } or { $last }
# $names are one or several options, with error-names-and between them; $mode is paint or dream.
error-other-mode = { $names }: for mode { $mode } only.
error-names-and = { $others } and { $last }
error-weight = The weight of { $style } must be a number above 0, not “{ $weight }”.
error-tag-both = +{ $tag } and -{ $tag } cannot both be; leave one out.
error-style-and-surprise = { $style } names a style, and surprise asks for any; leave one out.
error-style-and-tag = { $style } names a style, and a tag asks for any; leave one out.
error-dream-style = A dream takes no style; leave out one or the other.

## The gallery and time-lapses

error-no-style = There is no style “{ $name }”.
# $wanted are tags as they are typed (+ink -dark), $tags is a list with commas.
error-no-style-matches = No style is { $wanted }. There are the tags { $tags }.
error-film-kind = A time-lapse can be had as { $kinds }.

## Pictures. Words may stand before these: “The content picture: ”.

error-picture-empty = This file is empty. Please send the picture again.
error-picture-heavy = This picture has { $megabytes } MB; at most { $most } MB are taken. Please send a smaller one.
error-picture-slow = Reading this picture took longer than { $seconds } seconds. Please send a smaller one.
error-picture-laborious = Reading this picture would take too long. Please save it as JPEG or PNG and send that.
error-picture-unreadable = This picture could not be read. Please save it anew as JPEG or PNG and send that.
error-picture-memory = Reading this picture takes more than the { $megabytes } MB of memory that one picture may use. Please send a smaller one.
error-picture-damaged = This picture is damaged or incomplete and cannot be read. Please send it again, or save it anew as JPEG or PNG first.
error-picture-megapixels = This picture has { $megapixels } megapixels; at most { $most } are taken. Please send a smaller one.
error-not-a-picture = This file is not a picture of a kind that is taken: JPEG, PNG, WebP, GIF, BMP or TIFF. Please save it as JPEG or PNG and send that.
error-picture-small = This picture is { $width } × { $height } pixels; each side needs at least { $least }. Please send a larger one.
error-picture-long = This picture's long side is { $times } times its short one; at most { $most } times is taken. Please crop it.

## Paintings

error-unknown-job = There is no such painting, or it is not yours.

## The web page and its API, which speak English; parts and headers are named as they are.

error-upload-kind = Send the pictures as multipart/form-data.
error-upload-slow = The upload took too long.
error-upload-malformed = The upload is not well-formed multipart/form-data.
error-upload-part = There is no part “{ $part }”; send content, style, mask, options, words, weights and webhook.
error-upload-part-twice = There is more than one part “{ $part }”.
error-upload-pictures =
    At most { $most } { $part } { $most ->
        [one] picture
       *[other] pictures
    } can be taken.
error-upload-text-long = The { $part } are longer than { $most } bytes.
error-upload-heavy = The pictures weigh too much: at most { $most } MB each are taken.
error-upload-picture-heavy = The { $part } picture weighs too much: at most { $most } MB each are taken.
error-upload-no-content = The content picture is missing: send it as the part “content”.
error-upload-no-style = The style is missing: send a picture as the part “style”, or name one of the gallery in “words”.
error-upload-styles = These are { $count } styles; at most { $most } can be blended.
error-upload-masks = There are more masks than styles; the first mask is the first style's.
error-upload-style-and-chance = A style was sent, and the words would choose another; leave one out.
error-options-not-json = The options are not JSON.
error-options-no-object = The options must be a JSON object, such as { "{" }"size": 512{ "}" }.
error-options-expert = “{ $name }” is for programs with the service's API key (Authorization: Bearer …); leave it out.
error-options-and-words = { $name } is { $option } in the options and { $word } in the words; keep one.
error-options-of-commands = save_every and initial “picture” are for the command line; leave them out.
error-weights = The weights are a JSON list of numbers above 0 and at most { $most }, such as [0.7, 0.3].
error-weights-number =
    { $count ->
        [one] There is { $count } style picture; send one weight for each.
       *[other] There are { $count } style pictures; send one weight for each.
    }
error-page-limit = The limit of a page is a whole number from 1 to { $most }.
error-page-after = This is not where a page begins: take “after” from “next” of the page before.
error-edge = The edge is a whole number from { $least } to { $most }, in pixels.
error-body-kind = Send the body as application/json.
error-body-long = The body is longer than { $most } bytes.
error-body-variation = The body is one JSON object with either “variation”, a name, or “options”, an object.
# $names is a list with commas.
error-variation = There is no variation “{ $name }”. There are { $names }.
error-idempotency-key = An Idempotency-Key has 1 to { $most } characters.
error-foreign-host = This service does not answer under that name. Whoever runs it can add the name to ATELIER_WEB__ALLOWED_HOSTS.
error-foreign-origin = This request comes from another site.
error-bad-key = This is not a key that is in force.
error-key-missing = This service is for programs with a key, sent as Authorization: Bearer …
# $scope is read, paint or expert.
error-missing-scope = This key does not have the scope “{ $scope }”.
error-webhook-key = Only programs with a key of their own can be told of a painting’s end by a webhook.
# $schemes is https, perhaps with http.
error-webhook-url = A webhook is a URL ({ $schemes }) of at most { $most } characters, without a name and password in it.
error-webhook-private = Webhooks are not sent to addresses of private networks.
