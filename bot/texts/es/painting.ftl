### El mensaje de un cuadro: su puesto en la cola, cuánto lleva, el cuadro, y lo que hacen sus botones.

## Antes de que esté

painting-place =
    { $place ->
        [1] Te toca. Tu cuadro debería estar listo en { $eta }, más o menos.
       *[other] Eres el número { $place } de la cola. Tu cuadro debería estar listo en { $eta }, más o menos.
    }
painting-begun = Ya estoy pintando. Debería estar listo en { $eta }, más o menos.
painting-paused = ⏸ Ahora mismo no se pinta: { $reason } Tu puesto se guarda.
painting-progress =
    { $bar } { $percent } %
    Queda más o menos { $eta }.

## Cuando está

painting-caption = { $style } · { $seconds }
painting-style-sent =
    { $count ->
        [one] Al estilo de la otra imagen
       *[other] Al estilo de { $count } imágenes
    }
painting-style-dream = Un sueño
painting-ready = Tu cuadro está listo.
painting-not-made = Lo siento, esta vez no hay cuadro. El mensaje de arriba dice por qué.

## Botones: una palabra o dos

painting-button-cancel = Cancelar
painting-button-swap = Intercambiar
painting-button-stronger = Más fuerte
painting-button-softer = Más suave
painting-button-keep-colours = Mantener colores
painting-button-protect-faces = Proteger caras
painting-button-bigger = Más grande
painting-button-again = Otra vez
painting-button-other-style = Otro estilo
painting-button-surprise = Sorpréndeme
painting-button-back = Volver
painting-button-as-file = Como archivo
painting-button-time-lapse = Time-lapse
painting-button-breakdown = Detalles

## Respuestas al pulsar, de 200 caracteres como mucho

painting-cancelling = Dejo de pintar este.
painting-swapped = La imagen base y el estilo se han cambiado el sitio.
painting-another = Va otro en camino.
painting-choose-style = Elige un estilo aquí abajo.
painting-coming = Un momento, ahora llega.
painting-voted = ¡Gracias!
painting-at-its-limit = Este ya no da más de sí por ese lado.
painting-style-gone = Ese estilo ya no está en la galería. Elige otro.
painting-not-yours = Eso solo puede hacerlo quien pidió este cuadro.
painting-others-may-not = En este grupo, los botones de un cuadro son para quien lo pidió. Envía tus propias imágenes.
painting-file-too-large = Este archivo pesa { $megabytes } MB y Telegram acepta de un bot { $most } MB como mucho. Pide un cuadro más pequeño para recibirlo como archivo.

## Los detalles de un cuadro

breakdown-head = Detalles del cuadro { $id }
breakdown-style = Estilo: { $style }
breakdown-options = Opciones: { $options }
breakdown-seed = Semilla: { $seed }
breakdown-size = Tamaño: { $width } × { $height } píxeles
breakdown-time =
    Pintado en { $time }, en { $steps ->
        [one] un paso
       *[other] { $steps } pasos
    }
breakdown-losses = Pérdidas al final: { $losses }
breakdown-encoder = Ojos: { $encoder }, en { $device }
breakdown-critic = La crítica: { $review }

## La crítica, en broma: solo del cuadro, nunca de las personas

critic-value =
    { $guineas ->
        [one] Valorado en una guinea
       *[other] Valorado en { $guineas } guineas
    }, { $way ->
        [0] marco aparte.
        [1] o un buen paraguas, lo que dure más.
        [2] siempre que nadie pregunte quién sostenía el pincel.
        [3] y subiendo, si algún día desenchufan al artista.
       *[4] pagaderas en halagos.
    }
critic-bold =
    { $way ->
        [0] El estilo se ha comido el motivo entero y pregunta qué hay de postre.
        [1] Se busca el motivo en vano, y no se echa de menos.
        [2] La mesura estaba invitada y se excusó.
        [3] Aquí un pincel ha ganado una discusión que la foto no sabía que estaba teniendo.
       *[4] Pocas veces hubo tanta pintura entre quien mira y los hechos.
    }
critic-balanced =
    { $way ->
        [0] El motivo y el estilo comparten el lienzo como vecinos que ya se entendieron sobre el seto.
        [1] Sabe qué representa y tiene la educación de no insistir.
        [2] La mano es firme, cosa notable cuando no hay mano.
        [3] Los maestros han influido en él como el agua influye en una esponja.
       *[4] Colgado un poco torcido, pasaría por una escuela propia.
    }
critic-timid =
    { $way ->
        [0] El pincel se acerca al motivo como un invitado que ha olvidado el nombre del anfitrión.
        [1] El estilo se ha untado como la mantequilla en tiempos difíciles.
        [2] Una foto, se diría, que una vez estuvo en una exposición.
        [3] Es tan discreto que tendrá que hablar el marco.
       *[4] El pintor llegó, vio y no quiso molestar.
    }
critic-dream =
    { $way ->
        [0] El pintor cenó queso, y los que nos despertamos somos nosotros.
        [1] En él todo mira hacia otro lado, y todo nos mira a nosotros.
        [2] De momento tiene más ojos que admiradores.
        [3] No se sabe qué muestra, solo que lo ha visto.
       *[4] Un cuadro que claramente ha soñado en horas de trabajo.
    }
critic-advice =
    { $way ->
        [0] Cuélgalo donde haya poca luz y buen vino.
        [1] Compra ahora, antes de que el artista aprenda a cobrar.
        [2] Gana visto desde la habitación de al lado, como casi todas las inversiones.
        [3] La procedencia es impecable: lo vimos.
       *[4] Recomendado a todo coleccionista con una pared y ninguna pregunta.
    }
