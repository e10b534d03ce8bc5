script-no-picture = « { $name } » n’est pas une image.
script-content-missing = Ton image manque : que faut-il peindre ?
script-style-missing = La manière manque : comment faut-il peindre ?
script-at-most = On peut mêler { $most } manières au plus.
script-swapped = Échangées
script-chosen = Choisi : { $style }
script-surprise = Surprends-moi
script-surprise-note = Une de la galerie, au hasard
script-from-gallery = { $style }, de la galerie
script-blended = { $count } manières mêlées
script-blending = Choisis la manière à mêler.
script-share = Part de { $style }
script-remove-share = Retirer { $style }
script-dreaming = Un rêve n’a pas de manière.
script-sending = Envoi des images…
script-paint = Peindre

script-strength-least = Un souffle de la manière : ton image reste presque telle quelle.
script-strength-little = Doux : ton image mène, la manière la teinte.
script-strength-middle = Équilibré : formes nettes, dans les touches et couleurs de la manière.
script-strength-much = Hardi : les touches commencent à mener.
script-strength-most = Dissous : les formes se fondent dans la manière.
script-strokes-finest = Deux fois plus petites que dans la manière : fines et vives.
script-strokes-finer = Un peu plus fines que dans la manière.
script-strokes-same = Aussi grandes que dans la manière.
script-strokes-broader = Un peu plus larges que dans la manière.
script-strokes-broadest = Deux fois plus grandes que dans la manière : larges et hardies.
script-colours-style = Le tableau prend les couleurs de la manière.
script-colours-keep = Seuls le clair et l’obscur sont peints ; tes couleurs restent.
script-colours-match = La manière reçoit d’abord tes couleurs.
script-quality-instant = Tout de suite ; des coups de pinceau sans longue réflexion.
script-quality-draft = Une première idée, en une fraction du temps.
script-quality-standard = Assez bon pour être accroché.
script-quality-fine = Un plus long travail, pour le meilleur.
script-protect-none = La manière va partout, même sur les visages.
script-protect-some = Visages et fenêtres gardent un peu leur dessin.
script-protect-much = Visages et lignes fines sont gardés pour la plupart.
script-protect-all = Chaque trait d’un visage est tenu.

script-free = Personne n’attend.
script-waiting =
    { $count ->
        [one] { $count } tableau attend avant le tien.
       *[other] { $count } tableaux attendent avant le tien.
    }
script-paused = La peinture est en pause : { $reason } Ce que tu envoies est gardé et peint ensuite.
script-closed-closing = Rien de nouveau n’est accepté pour le moment. Ce qui attend sera encore peint.
script-closed-disk_full = Il n’y a pas de place pour de nouveaux tableaux en ce moment. Reviens plus tard.
script-closed-queue_full = Toutes les places de la file sont prises. Réessaie dans quelques minutes.
script-unreachable = Le service est injoignable. Est-il en marche ?
script-trying-again = Le service est injoignable ; nouvel essai.
script-answered = Le service a répondu { $status }.

script-title-waiting = En attente du chevalet
script-title-painting = En train d’être peint
script-title-done = Ton tableau
script-tab-waiting = En attente
script-tab-done = Terminé
script-next = Le prochain
script-next-in = Le prochain, prêt dans { $wait }
script-number = Numéro { $position } dans la file
script-number-in = Numéro { $position } dans la file, prêt dans { $wait }
script-paused-place = La peinture est en pause : { $reason } Ta place est gardée.
script-preparing = La toile se prépare
script-percent = { $percent } %
script-percent-left = { $percent } %, encore { $wait }
script-seconds-few = quelques secondes
script-seconds = environ { $number } secondes
script-minutes =
    { $number ->
        [one] environ une minute
       *[other] environ { $number } minutes
    }
script-hours =
    { $number ->
        [one] environ une heure
       *[other] environ { $number } heures
    }
script-cancel = Annuler
script-cancelling = Annulation…
script-so-far = Le tableau jusqu’ici
script-finished = Le tableau terminé
script-your-picture = Ton image
script-film-alt = Comment le tableau s’est fait
script-pixels = { $width } × { $height } pixels
script-painted-in = peint en { $time }
script-exact-seconds = { $seconds } s
script-exact-minutes = { $minutes } min { $seconds } s

script-variation-stronger = Plus fort
script-variation-softer = Plus doux
script-variation-bigger = Plus grand
script-variation-keep-colours = Garder mes couleurs
script-variation-protect-faces = Ménager les visages
script-variation-again = Une autre version

script-state-queued = En attente
script-state-rendering = En train d’être peint
script-state-rendered = Peint
script-state-delivered = Peint
script-state-failed = Pas peint
script-state-cancelled = Annulé
script-state-expired = Abandonné
script-state-gone = N’est plus gardé
script-erased =
    { $count ->
        [0] Il n’y avait rien à effacer.
        [one] { $count } tableau effacé, avec tout ce qui s’y rattachait.
       *[other] { $count } tableaux effacés, avec tout ce qui s’y rattachait.
    }
