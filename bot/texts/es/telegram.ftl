### Lo que dice el bot de Telegram mientras escucha: bienvenida, preguntas, comandos y ajustes.

## Lo que lee quien abre el bot por primera vez; como mucho 512 y 120 caracteres

telegram-description =
    Envíame dos imágenes y pinto la primera con el estilo de la segunda.

    O envía solo una y elige un estilo de la galería.
telegram-short-description = Pinta una imagen con el estilo de otra.

## Bienvenida y ayuda

telegram-welcome =
    ¡Hola! Pinto una imagen con el estilo de otra.

    Envíame dos imágenes en un mensaje: primero lo que tengo que pintar y después el estilo. O envía solo una y elige un estilo de mi galería.

    /styles muestra la galería y /help todo lo que sé hacer.
telegram-help =
    Envía dos imágenes: la primera se pinta con el estilo de la segunda. Pueden llegar juntas o una tras otra. Si son más de dos, todas menos la primera son estilos, mezclados.

    Envía una imagen y elige el estilo con un botón, o escríbelo en el pie de foto: woodcut. Con «surprise» elijo yo.

    Las opciones también van en el pie de foto:
    strength=60% – más o menos estilo
    keep colours – los colores de tu imagen
    fine – mejor y más lento (draft es rápido, instant al momento)
    size=1024 – píxeles del lado largo
    scale=2 – trazos más grandes
    protect=60% – respetar caras y detalles finos

    /paint – responde con esto a cualquier imagen de aquí
    /dream – un cuadro sin estilo
    /styles – la galería
    /status – lo que estoy pintando para ti
    /cancel – pararlo
    /history – tus últimos cuadros
    /result – enviar uno otra vez
    /settings – tus opciones habituales y tu idioma
    /privacy – qué se guarda de tus imágenes
    /delete – borrarlo todo

    Las imágenes que envías como archivo conservan toda su calidad.
telegram-help-group =
    Responde a una imagen con /paint y el nombre de un estilo: /paint woodcut. Si no dices un estilo, te lo pregunto. Una imagen que responde a otra, con /paint en el pie de foto, es el estilo.

    /dream pinta sin estilo y /styles muestra la galería.

    Solo escucho los comandos, las respuestas a lo que digo y mi nombre. En un chat privado conmigo hay más: envíame dos imágenes y pinto la primera con el estilo de la segunda.

## Hay una imagen y falta el estilo

telegram-which-style = ¿Qué estilo? Elige uno aquí, o envíame una segunda imagen para sacarlo de ella.
telegram-which-style-group = ¿Qué estilo? Elige uno aquí, o responde a este mensaje con una imagen para sacarlo de ella.
telegram-still-waiting = Tu imagen sigue esperando: elige un estilo arriba, envía una segunda imagen o escribe el nombre de un estilo.
telegram-noted = Anotado.
telegram-rest-kept = Lo demás queda anotado: { $words }.
telegram-all-kept = Tus imágenes siguen aquí. Escribe otra vez las palabras como deben ser, o deja que pinte sin ellas.
telegram-kept = Guardo media hora lo que has enviado: envía /paint para probar otra vez, u otras palabras, como size=512.
telegram-button-surprise = 🎲 Sorpréndeme
telegram-button-drop = Cancelar
telegram-button-go = Pintar sin ellas
telegram-style-chosen = Pues { $style }.
telegram-style-gone = Ese estilo ya no está en la galería. Elige otro.
telegram-no-longer-waiting = Ya no hay ninguna imagen tuya esperando eso.
telegram-forgotten = De acuerdo, olvidado.
telegram-styles-shown = Todos mis estilos. Elige uno para tu próxima imagen o escribe su nombre en un pie de foto.

## Hay palabras y falta la imagen

telegram-now-the-picture = Anotado. Ahora envíame la imagen.
telegram-now-the-picture-in = Pues { $style }. Ahora envíame la imagen.
telegram-how-to-paint = Envíame antes una imagen, o responde a una con /paint.
telegram-what-i-do = Pinto imágenes: envíame dos y pinto la primera con el estilo de la segunda. O envía una y elige un estilo de mi galería. /help cuenta más.

## Imágenes que no se pueden aceptar

telegram-picture-heavy = Esta imagen pesa { $megabytes } MB y Telegram entrega a un bot { $most } MB como mucho. Envía una más pequeña, o envíala como foto en vez de como archivo.
telegram-picture-too-heavy = Esta imagen es demasiado grande: Telegram entrega a un bot { $most } MB como mucho. Envía una más pequeña, o envíala como foto en vez de como archivo.
telegram-picture-gone = Telegram ya no tiene una de estas imágenes. Envíalas otra vez, por favor.
telegram-not-fetched = Telegram no ha entregado la imagen.
telegram-styles = Son { $count } estilos y se pueden mezclar como mucho { $most }. Envía menos, por favor.
telegram-style-and-chance = Has enviado un estilo y las palabras piden otro al azar. Quita una de las dos cosas.
telegram-album-left-out = Lo que no es una imagen en este álbum ha quedado fuera: solo pinto a partir de imágenes.
telegram-album-alone = De este álbum solo me ha llegado una imagen.
telegram-album-late = Esta llegó cuando ya había empezado con el resto del álbum y ha quedado fuera. Si quieres que entre, pulsa Cancelar y envía las imágenes otra vez.
telegram-other-video = No sé pintar vídeos, solo imágenes. Envíame un fotograma como foto.
telegram-other-sticker = ¡Bonito sticker! Pero yo pinto a partir de fotos y archivos de imagen: envíame dos y pinto la primera con el estilo de la segunda.
telegram-other-file = Con esto no puedo pintar. Envíame una foto, o una imagen como archivo.
telegram-masked = No sé quién eres mientras escribes en nombre de un grupo o de un canal. Escribe con tu propia cuenta, por favor.
telegram-too-much = Es más de lo que puedo atender de una sola persona a la vez: tus últimos mensajes se han quedado fuera. Vuelve a enviármelos dentro de un momento, por favor.

## Comandos

telegram-no-command = No existe /{ $command }. { $hint }
telegram-nearest-command = ¿Querías decir /{ $near }?
telegram-see-help = /help muestra lo que hay.
telegram-apology = Lo siento, algo ha fallado por nuestra parte. Prueba otra vez dentro de un rato; las imágenes que has enviado se guardan media hora, y /paint las retoma.
telegram-given-up = Lo siento, algo ha fallado varias veces por nuestra parte con lo último que enviaste. Envíalo de nuevo, por favor, o bien otra imagen.

telegram-command-paint = Pintar una imagen: respondiendo a ella, o antes de enviarla
telegram-command-dream = Pintar un sueño, sin estilo
telegram-command-styles = Ver la galería de estilos
telegram-command-status = Cómo van tus cuadros
telegram-command-cancel = Parar un cuadro
telegram-command-history = Tus últimos cuadros
telegram-command-result = Enviar un cuadro otra vez
telegram-command-settings = Tus opciones habituales y tu idioma
telegram-command-help = Lo que sé hacer
telegram-command-privacy = Qué se guarda de tus imágenes
telegram-command-delete = Borrar todo lo que se guarda de ti

## Preguntas sobre los cuadros

telegram-status-none = Ahora mismo no hay nada en marcha para ti. ¡Envíame una imagen!
telegram-status-pending =
    { $count ->
        [one] Una imagen tuya espera su estilo.
       *[other] { $count } imágenes tuyas esperan: envía /paint para empezar.
    }
telegram-status-waiting = { $id } · { $style } · número { $place } de la cola, listo más o menos en { $eta }
telegram-status-painting = { $id } · { $style } · pintado al { $percent } %, listo más o menos en { $eta }
telegram-status-painted = { $id } · { $style } · pintado y de camino hacia ti
telegram-cancelling =
    { $count ->
        [one] De acuerdo, lo estoy parando.
       *[other] De acuerdo, estoy parando los { $count }.
    }
telegram-cancel-which = ¿Cuál? Envía /cancel y la primera palabra de su línea, o /cancel all.
telegram-history-none = Todavía no tienes cuadros. ¡Envíame una imagen!
telegram-history-line = { $id } · { $style } · { $state } · { $ago }
telegram-history-hint = Envía /result y la primera palabra de una línea para ver otra vez ese cuadro.
telegram-ago = hace { $time }
telegram-state-queued = esperando
telegram-state-rendering = pintándose
telegram-state-rendered = pintado
telegram-state-delivered = pintado
telegram-state-failed = sin pintar
telegram-state-cancelled = cancelado
telegram-state-expired = abandonado
telegram-no-painting = Todavía no tienes ningún cuadro. ¡Envíame una imagen!

## Ajustes

telegram-settings = Tus ajustes. Valen para todo lo que pidas; lo que escribas en un pie de foto va por delante.
telegram-setting = { $name }: { $value }
telegram-setting-quality = Calidad
telegram-setting-strength = Fuerza
telegram-setting-colours = Colores
telegram-setting-size = Tamaño
telegram-setting-style-scale = Trazos
telegram-setting-protect = Proteger caras
telegram-setting-language = Idioma
telegram-settings-automatic = automático
telegram-chosen = ✓ { $value }
telegram-button-back = « Volver
telegram-button-reset = Restablecer todo
telegram-settings-quality = Calidad: instant está al momento, draft pronto, fine se toma su tiempo.
telegram-settings-strength = Fuerza: cuánto estilo hay. Con poca se queda casi toda tu imagen; con mucha, el estilo la disuelve.
telegram-settings-colours = Colores: style usa los del estilo, keep deja los de tu imagen, match da antes los de tu imagen al estilo.
telegram-settings-size = Tamaño: el lado largo en píxeles. Cuanto más grande, más tarda.
telegram-settings-style-scale = Trazos: el tamaño con que se pintan.
telegram-settings-protect = Proteger caras: hasta qué punto las caras y los detalles finos se libran de disolverse.
telegram-settings-language = ¿En qué idioma te hablo?
telegram-language-name = Español
telegram-language-auto = como en Telegram
telegram-settings-group = En este grupo, ¿pueden también los demás pulsar los botones de un cuadro? Lo que pidan cuenta como suyo.
telegram-settings-in-private = Tus propios ajustes están en nuestro chat privado: envíame /settings allí.
telegram-settings-not-yours = Eso solo pueden cambiarlo los administradores de este grupo.
telegram-button-others-yes = Sí, todos
telegram-button-others-no = No, solo quien lo pidió

## Borrar

telegram-erase = ¿Borro todo lo que se guarda de ti: imágenes, cuadros, historial y ajustes? Los cuadros en marcha se paran. Esto no se puede deshacer.
telegram-button-erase-yes = Sí, borrarlo todo
telegram-button-erase-no = No
telegram-erase-not = No se ha borrado nada.
telegram-erased =
    { $count ->
        [0] Todo está borrado. No había ningún cuadro.
        [one] Todo está borrado, también un cuadro.
       *[other] Todo está borrado, también { $count } cuadros.
    }
telegram-not-for-you = Esta pregunta era para otra persona.
