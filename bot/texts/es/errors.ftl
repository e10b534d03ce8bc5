### Por qué algo no se pudo hacer y cómo arreglarlo.

## Partes de las frases de abajo

error-quoted = «{ $text }»
error-nearest = ¿Querías decir «{ $near }»?
error-there-are = Hay { $names }.

## Palabras y opciones

error-words-too-long = Son demasiadas palabras: leo como mucho { $most } caracteres.
error-no-word = No conozco «{ $word }».
error-no-words = No conozco { $others } ni { $last }.
error-no-word-among = «{ $word }»
error-no-word-among-but = «{ $word }» (¿querías decir «{ $near }»?)
error-what-to-name = Di un estilo ({ $names }) o una opción como size=1024 o strength=80%.
error-option-expert = «{ $name }» es solo para la línea de comandos y para programas con clave; aquí, quítala.
error-option-twice = { $name } aparece dos veces, { $first } y { $second }; deja solo una.
error-no-option = No hay ninguna opción «{ $name }».
error-option = { $name } tiene que ser { $allowed }, no { $given }.
error-allowed-whole-number = un número entero de { $least } a { $most }
error-allowed-number = un número de { $least } a { $most }
error-allowed-number-above = un número mayor que { $least } y como mucho { $most }
error-allowed-layer = una capa del codificador como relu4_2
error-allowed-layers = una lista de capas del codificador como relu4_2, o relu1_1+relu2_1:0.5 con pesos
error-allowed-one-of = { $others } o { $last }
error-other-mode = { $names }: solo en el modo { $mode }.
error-names-and = { $others } y { $last }
error-weight = El peso de { $style } tiene que ser un número mayor que 0, no «{ $weight }».
error-tag-both = +{ $tag } y -{ $tag } no pueden ir juntas; quita una.
error-style-and-surprise = { $style } es un estilo concreto y surprise pide uno cualquiera; quita una de las dos cosas.
error-style-and-tag = { $style } es un estilo concreto y una etiqueta pide uno cualquiera; quita una de las dos cosas.
error-dream-style = Un sueño no lleva estilo; quita una de las dos cosas.

## La galería y los time-lapses

error-no-style = No hay ningún estilo «{ $name }».
error-no-style-matches = Ningún estilo cumple { $wanted }. Las etiquetas son { $tags }.
error-film-kind = El time-lapse puede ser { $kinds }.

## Imágenes

error-picture-empty = Este archivo está vacío. Envía la imagen otra vez, por favor.
error-picture-heavy = Esta imagen pesa { $megabytes } MB y el máximo son { $most } MB. Envía una más pequeña, por favor.
error-picture-slow = Leer esta imagen ha tardado más de { $seconds } segundos. Envía una más pequeña, por favor.
error-picture-laborious = Leer esta imagen llevaría demasiado tiempo. Guárdala como JPEG o PNG y envíame esa, por favor.
error-picture-unreadable = No he podido leer esta imagen. Guárdala de nuevo como JPEG o PNG y envíame esa, por favor.
error-picture-memory = Leer esta imagen necesita más de los { $megabytes } MB de memoria que puede usar cada una. Envía una más pequeña, por favor.
error-picture-damaged = Esta imagen está dañada o incompleta y no se puede leer. Envíala otra vez o guárdala antes de nuevo como JPEG o PNG.
error-picture-megapixels = Esta imagen tiene { $megapixels } megapíxeles y el máximo son { $most }. Envía una más pequeña, por favor.
error-not-a-picture = Este archivo no es una imagen de las que acepto: JPEG, PNG, WebP, GIF, BMP o TIFF. Guárdala como JPEG o PNG y envíame esa, por favor.
error-picture-small = Esta imagen tiene { $width } × { $height } píxeles; cada lado necesita al menos { $least }. Envía una más grande, por favor.
error-picture-long = El lado largo de esta imagen mide { $times } veces el corto; como mucho pueden ser { $most } veces. Recórtala, por favor.

## Cuadros

error-unknown-job = Ese cuadro no existe o no es tuyo.

## La página web y su API, que hablan inglés

error-upload-kind = Envía las imágenes como multipart/form-data.
error-upload-slow = La subida ha tardado demasiado.
error-upload-malformed = La subida no es multipart/form-data bien formado.
error-upload-part = No hay ninguna parte «{ $part }»; envía content, style, mask, options, words, weights y webhook.
error-upload-part-twice = La parte «{ $part }» viene más de una vez.
error-upload-pictures =
    { $most ->
        [one] De la parte «{ $part }» solo se acepta una imagen.
       *[other] De la parte «{ $part }» se aceptan como mucho { $most } imágenes.
    }
error-upload-text-long = La parte «{ $part }» ocupa más de { $most } bytes.
error-upload-heavy = Las imágenes pesan demasiado: como mucho { $most } MB cada una.
error-upload-picture-heavy = La imagen «{ $part }» pesa demasiado: como mucho { $most } MB cada una.
error-upload-no-content = Falta la imagen base: envíala como la parte «content».
error-upload-no-style = Falta el estilo: envía una imagen como la parte «style» o nombra en «words» uno de la galería.
error-upload-styles = Son { $count } estilos y se pueden mezclar como mucho { $most }.
error-upload-masks = Hay más máscaras que estilos; la primera máscara es la del primer estilo.
error-upload-style-and-chance = Has enviado un estilo y las palabras elegirían otro; quita una de las dos cosas.
error-options-not-json = Las opciones no son JSON.
error-options-no-object = Las opciones tienen que ser un objeto JSON, como { "{" }"size": 512{ "}" }.
error-options-expert = «{ $name }» es para programas con la clave de API del servicio (Authorization: Bearer …); quítala.
error-options-and-words = { $name } es { $option } en las opciones y { $word } en las palabras; deja solo una.
error-options-of-commands = save_every e initial «picture» son para la línea de comandos; quítalas.
error-weights = Los pesos son una lista JSON de números mayores que 0 y de { $most } como máximo, como [0.7, 0.3].
error-weights-number =
    { $count ->
        [one] Hay { $count } imagen de estilo; envía un peso por cada una.
       *[other] Hay { $count } imágenes de estilo; envía un peso por cada una.
    }
error-page-limit = El límite de una página es un número entero de 1 a { $most }.
error-page-after = Aquí no empieza ninguna página: toma «after» del «next» de la página anterior.
error-edge = El borde es un número entero de { $least } a { $most }, en píxeles.
error-body-kind = Envía el contenido como application/json.
error-body-long = El contenido tiene más de { $most } bytes.
error-body-variation = El contenido es un objeto JSON con «variation», un nombre, o con «options», un objeto.
# $names is a list with commas.
error-variation = No existe la variación «{ $name }». Hay { $names }.
error-idempotency-key = Una Idempotency-Key tiene de 1 a { $most } caracteres.
error-foreign-host = Este servicio no responde a ese nombre. Quien lo administra puede añadir el nombre a ATELIER_WEB__ALLOWED_HOSTS.
error-foreign-origin = Esta petición viene de otro sitio web.
error-bad-key = Esta no es una clave válida.
error-key-missing = Este servicio es para programas con una clave, enviada como Authorization: Bearer …
# $scope is read, paint or expert.
error-missing-scope = Esta clave no permite «{ $scope }».
error-webhook-key = Solo a los programas con una clave propia se les puede avisar del final de un cuadro con un webhook.
# $schemes is https, perhaps with http.
error-webhook-url = Un webhook es una URL ({ $schemes }) de { $most } caracteres como máximo, sin nombre ni contraseña.
error-webhook-private = No se envían webhooks a direcciones de redes privadas.
