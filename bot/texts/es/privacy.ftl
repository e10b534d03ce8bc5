### Qué se guarda de las personas: /privacy, en la página y en PRIVACY.md. Los plazos son los configurados.

privacy-title = Qué se guarda de ti
# $inputs y $results son plazos.
privacy-pictures = Las imágenes que envías se guardan en el ordenador donde funciona este servicio hasta { $inputs } después de terminar su cuadro, porque sus botones pintan de nuevo a partir de ellas. El cuadro y su time-lapse se pueden pedir durante { $results }. No se usan para nada más: no se le enseñan a nadie y no se entrena nada con ellas. En un grupo los demás ven lo que pides allí.
privacy-camera = Lo que la cámara escribió en una imagen, como el lugar, se tira al llegar.
privacy-moderation = Donde el operador lo ha activado, un programa del mismo ordenador mira antes las imágenes. No se envían a ningún otro servicio.
# $history y $pending son plazos.
privacy-jobs = Durante { $history } se recuerda que has pedido un cuadro: cuándo, con qué palabras y opciones, adónde fue la respuesta y qué te pareció. Tus ajustes se quedan hasta que los cambies. Una imagen que espera su estilo se olvida después de { $pending }.
privacy-who = Se te conoce por el número que tienes en Telegram o en X, en X también por tu nombre de usuario, que figura en la descripción de un cuadro; en la página por una cookie al azar o, sin ella, por tu dirección de red. Cuándo pediste algo se cuenta durante un día.
# $audit es un plazo.
privacy-operator = Quien lleva este servicio ve, por ese número, quién pide cuánto y qué ha fallado, y puede excluir a alguien. Lo que hizo se recuerda durante { $audit }.
privacy-log = El registro de este servicio no contiene nombres, imágenes, palabras, direcciones ni números de personas: en su lugar hay un seudónimo, cuya clave solo tiene el operador.
privacy-erase = Puedes hacer que se borre todo de una vez: con /delete en Telegram, con la palabra «delete» al bot en X, en «{ page-mine }» en la página. Se van imágenes, cuadros, historial y ajustes. Un bloqueo o el deseo de no recibir respuesta se queda, igual que lo que hizo el operador.
privacy-backups = Las copias de seguridad hechas antes todavía contienen lo borrado, hasta que el operador las elimine; las posteriores ya no.
privacy-elsewhere = Los mensajes de Telegram y las publicaciones de X se quedan allí hasta que se borren allí.
