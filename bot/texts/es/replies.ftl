### Lo que se dice de un encargo: si se acepta y cómo acaba.

## Duraciones, como partes de otras frases

duration-seconds =
    { $number ->
        [one] { $number } segundo
       *[other] { $number } segundos
    }
duration-minutes =
    { $number ->
        [one] { $number } minuto
       *[other] { $number } minutos
    }
duration-hours =
    { $number ->
        [one] { $number } hora
       *[other] { $number } horas
    }
duration-days =
    { $number ->
        [one] { $number } día
       *[other] { $number } días
    }

## El final

reply-painted = Aquí tienes tu cuadro.
reply-made-smaller = Pintado a { $size } px: no había memoria suficiente para { $wanted }.
reply-smaller-tiles = Pintado en trozos más pequeños: no había memoria suficiente para otros más grandes.

reply-cancelled = Este cuadro se canceló.
reply-expired = Este cuadro esperó demasiado y se abandonó. Pídelo otra vez, por favor.
reply-out-of-memory = No hay memoria suficiente para este cuadro, ni siquiera a menor tamaño. Prueba con uno más pequeño, por favor.
reply-bad-input = Con una de las imágenes no se pudo pintar. Prueba con otra, por favor.
reply-poisoned = El pintor se paró varias veces con este cuadro, así que quedó apartado. Prueba con otras imágenes, por favor.
reply-undeliverable = El cuadro está hecho, pero no se te pudo enviar.
reply-moderated = No puedo enviar un cuadro hecho con estas imágenes. Prueba con otras, por favor.
reply-internal = Algo ha fallado por nuestra parte, perdona (código { $code }).

## De qué imagen habla una frase

intake-about = { $which }: { $problem }
intake-the-content = La imagen base
intake-the-style = La imagen de estilo
intake-style = Imagen de estilo { $number }
intake-mask = Máscara { $number }

## Encargos que no se aceptan

intake-mask-mismatch = tiene { $width } × { $height } píxeles, que no es la forma de la imagen base ({ $content-width } × { $content-height }). Dibújala encima de la imagen base, por favor.
intake-too-expensive = Este cuadro tardaría alrededor de { $expected } y el máximo es { $allowed }. { $way-out }
intake-way-out-size = Con { $size } píxeles sí se podría.
intake-way-out-iterations = Con menos iteraciones quizá se pueda.
intake-way-out-draft = Con quality=draft quizá se pueda.
intake-dream-style = Un sueño sale de una sola imagen: quita el estilo.
intake-no-style = Falta un estilo: envía una imagen o di uno de la galería.
intake-nothing-to-swap = No hay imagen de estilo con la que cambiar la imagen base.
intake-weight = El peso de un estilo es un número mayor que 0.
intake-input-gone = Las imágenes de este cuadro ya no se conservan. Envíalas otra vez, por favor.
intake-moderated = No puedo pintar a partir de esta imagen. Prueba con otra, por favor.

## Demasiado a la vez

busy-queue-full = No queda sitio en la cola; inténtalo otra vez en { $wait }, más o menos.
busy-too-many-jobs =
    { $number ->
        [one] Ya tienes { $number } cuadro en marcha; inténtalo otra vez en { $wait }, más o menos.
       *[other] Ya tienes { $number } cuadros en marcha; inténtalo otra vez en { $wait }, más o menos.
    }
busy-uploads = Ahora mismo llegan más imágenes de las que puedo atender; inténtalo otra vez en { $wait }, más o menos.
busy-closing = Ahora mismo no acepto cuadros nuevos; los que ya esperan sí se pintarán. Inténtalo más tarde, por favor.
busy-disk-full = Ahora mismo no me queda espacio para cuadros nuevos; los que ya esperan sí se pintarán. Vuelve más tarde, por favor.
busy-store = No se ha podido anotar en este momento; no se ha perdido nada, inténtalo de nuevo dentro de un momento.
busy-quota-hour =
    { $number ->
        [one] Has pedido { $number } cuadro en la última hora, que es el máximo; inténtalo otra vez en { $wait }, más o menos.
       *[other] Has pedido { $number } cuadros en la última hora, que es el máximo; inténtalo otra vez en { $wait }, más o menos.
    }
busy-quota-day =
    { $number ->
        [one] Has pedido { $number } cuadro en las últimas 24 horas, que es el máximo; inténtalo otra vez en { $wait }, más o menos.
       *[other] Has pedido { $number } cuadros en las últimas 24 horas, que es el máximo; inténtalo otra vez en { $wait }, más o menos.
    }
busy-group-quota-hour =
    { $number ->
        [one] Este grupo ha pedido { $number } cuadro en la última hora, que es el máximo; se puede volver a intentar en { $wait }, más o menos.
       *[other] Este grupo ha pedido { $number } cuadros en la última hora, que es el máximo; se puede volver a intentar en { $wait }, más o menos.
    }
busy-group-quota-day =
    { $number ->
        [one] Este grupo ha pedido { $number } cuadro en las últimas 24 horas, que es el máximo; se puede volver a intentar en { $wait }, más o menos.
       *[other] Este grupo ha pedido { $number } cuadros en las últimas 24 horas, que es el máximo; se puede volver a intentar en { $wait }, más o menos.
    }
busy-address-quota-hour =
    { $number ->
        [one] Desde tu red se ha pedido { $number } cuadro en la última hora, que es el máximo; vuelve a intentarlo en { $wait }, más o menos.
       *[other] Desde tu red se han pedido { $number } cuadros en la última hora, que es el máximo; vuelve a intentarlo en { $wait }, más o menos.
    }
busy-address-quota-day =
    { $number ->
        [one] Desde tu red se ha pedido { $number } cuadro en las últimas 24 horas, que es el máximo; vuelve a intentarlo en { $wait }, más o menos.
       *[other] Desde tu red se han pedido { $number } cuadros en las últimas 24 horas, que es el máximo; vuelve a intentarlo en { $wait }, más o menos.
    }
busy-too-many-requests = Más de { $most } peticiones en un minuto son demasiadas; vuelve a intentarlo en { $wait }, más o menos.

## Quién puede pedir

account-banned = Ya no puedes pedir cuadros aquí.
account-banned-because = Ya no puedes pedir cuadros aquí: { $reason }
account-not-allowed = Aquí solo pueden pedir cuadros las personas invitadas. Quien administra este servicio puede darte acceso; eres { $id }.

## Lo que se pregunta sobre un cuadro

desk-too-late = Este cuadro ya está terminado.
desk-not-finished = Este cuadro todavía no está terminado.
desk-no-timelapse = Este cuadro no tiene time-lapse: se pintó antes de que los hubiera.
desk-no-longer-kept = Este cuadro ya no se conserva.
