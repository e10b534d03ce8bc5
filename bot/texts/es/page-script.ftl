script-no-picture = «{ $name }» no es una imagen.
script-content-missing = Falta tu imagen: ¿qué hay que pintar?
script-style-missing = Falta la manera: ¿cómo hay que pintar?
script-at-most = Se pueden mezclar { $most } maneras como mucho.
script-swapped = Intercambiadas
script-chosen = Elegido: { $style }
script-surprise = Sorpréndeme
script-surprise-note = Una de la galería, al azar
script-from-gallery = { $style }, de la galería
script-blended = { $count } maneras, mezcladas
script-blending = Elige la manera que se mezcla.
script-share = Parte de { $style }
script-remove-share = Quitar { $style }
script-dreaming = Un sueño no tiene manera.
script-sending = Enviando las imágenes…
script-paint = Pintar

script-strength-least = Un soplo de la manera: tu imagen queda casi como está.
script-strength-little = Suave: tu imagen manda, la manera la tiñe.
script-strength-middle = Equilibrado: formas claras, con las pinceladas y los colores de la manera.
script-strength-much = Atrevido: las pinceladas empiezan a mandar.
script-strength-most = Disuelto: las formas se funden en la manera.
script-strokes-finest = La mitad de grandes que en la manera: finas y vivas.
script-strokes-finer = Algo más finas que en la manera.
script-strokes-same = Tan grandes como en la manera.
script-strokes-broader = Algo más anchas que en la manera.
script-strokes-broadest = El doble de grandes que en la manera: anchas y atrevidas.
script-colours-style = El cuadro toma los colores de la manera.
script-colours-keep = Solo se pintan la luz y la sombra; tus colores quedan.
script-colours-match = La manera recibe primero tus colores.
script-quality-instant = Lista enseguida; pinceladas sin pensarlo mucho.
script-quality-draft = Una primera idea, en una fracción del tiempo.
script-quality-standard = Bastante bueno para colgarlo.
script-quality-fine = Más trabajo, para lo mejor que hay.
script-protect-none = La manera puede ir a todas partes, también a las caras.
script-protect-some = Caras y ventanas conservan algo su dibujo.
script-protect-much = Caras y líneas finas se conservan en su mayoría.
script-protect-all = Se conserva cada rasgo de una cara.

script-free = Nadie está esperando.
script-waiting =
    { $count ->
        [one] { $count } cuadro espera antes que el tuyo.
       *[other] { $count } cuadros esperan antes que el tuyo.
    }
script-paused = La pintura está en pausa: { $reason } Lo que envíes se guarda y se pinta después.
script-closed-closing = De momento no se acepta nada nuevo. Lo que espera aún se pintará.
script-closed-disk_full = De momento no hay sitio para cuadros nuevos. Vuelve más tarde, por favor.
script-closed-queue_full = Todos los puestos de la cola están ocupados. Vuelve a intentarlo en unos minutos.
script-unreachable = No se puede llegar al servicio. ¿Está en marcha?
script-trying-again = No se puede llegar al servicio; se vuelve a intentar.
script-answered = El servicio respondió { $status }.

script-title-waiting = Esperando el caballete
script-title-painting = Pintándose
script-title-done = Tu cuadro
script-tab-waiting = Esperando
script-tab-done = Terminado
script-next = El siguiente
script-next-in = El siguiente, listo en { $wait }
script-number = Número { $position } en la cola
script-number-in = Número { $position } en la cola, listo en { $wait }
script-paused-place = La pintura está en pausa: { $reason } Tu puesto se guarda.
script-preparing = Preparando el lienzo
script-percent = { $percent } %
script-percent-left = { $percent } %, faltan { $wait }
script-seconds-few = unos segundos
script-seconds = unos { $number } segundos
script-minutes =
    { $number ->
        [one] un minuto más o menos
       *[other] unos { $number } minutos
    }
script-hours =
    { $number ->
        [one] una hora más o menos
       *[other] unas { $number } horas
    }
script-cancel = Cancelar
script-cancelling = Cancelando…
script-so-far = El cuadro hasta ahora
script-finished = El cuadro terminado
script-your-picture = Tu imagen
script-film-alt = Cómo nació el cuadro
script-pixels = { $width } × { $height } píxeles
script-painted-in = pintado en { $time }
script-exact-seconds = { $seconds } s
script-exact-minutes = { $minutes } min { $seconds } s

script-variation-stronger = Más fuerte
script-variation-softer = Más suave
script-variation-bigger = Más grande
script-variation-keep-colours = Conservar mis colores
script-variation-protect-faces = Cuidar las caras
script-variation-again = Otra versión

script-state-queued = Esperando
script-state-rendering = Pintándose
script-state-rendered = Pintado
script-state-delivered = Pintado
script-state-failed = No pintado
script-state-cancelled = Cancelado
script-state-expired = Abandonado
script-state-gone = Ya no se guarda
script-erased =
    { $count ->
        [0] No había nada que borrar.
        [one] { $count } cuadro borrado, con todo lo suyo.
       *[other] { $count } cuadros borrados, con todo lo suyo.
    }
