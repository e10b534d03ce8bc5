### Ce que dit le bot de Telegram quand il écoute : accueil, questions, commandes et réglages.

## Ce que lit qui ouvre le bot pour la première fois ; 512 et 120 caractères au plus

telegram-description =
    Envoie-moi deux images, et je peins la première dans le style de la deuxième.

    Ou envoies-en une seule et choisis un style de la galerie.
telegram-short-description = Peint une image dans le style d’une autre.

## Accueil et aide

telegram-welcome =
    Salut ! Je peins une image dans le style d’une autre.

    Envoie-moi deux images dans un message : d’abord ce que je dois peindre, puis le style. Ou envoies-en une seule et choisis un style de ma galerie.

    /styles montre la galerie, /help tout ce que je sais faire.
telegram-help =
    Envoie deux images : la première est peinte dans le style de la deuxième. Elles peuvent arriver ensemble ou l’une après l’autre. S’il y en a plus de deux, toutes sauf la première sont des styles, mélangés.

    Envoie une image et choisis le style avec un bouton – ou écris-le dans la légende : woodcut. Avec « surprise », c’est moi qui choisis.

    Les options vont aussi dans la légende :
    strength=60% – plus ou moins de style
    keep colours – les couleurs de ton image
    fine – mieux, et plus lent (draft est rapide, instant immédiat)
    size=1024 – pixels du grand côté
    scale=2 – des touches plus grandes
    protect=60% – ménager les visages et les détails fins

    /paint – à envoyer en réponse à une image d’ici
    /dream – un tableau sans style
    /styles – la galerie
    /status – ce que je peins pour toi
    /cancel – l’arrêter
    /history – tes derniers tableaux
    /result – en renvoyer un
    /settings – tes options habituelles et ta langue
    /privacy – ce qui est conservé de tes images
    /delete – tout effacer

    Les images envoyées en fichier gardent toute leur qualité.
telegram-help-group =
    Réponds à une image avec /paint et le nom d’un style : /paint woodcut. Sans style, je t’en demande un. Une image envoyée en réponse à une autre, avec /paint pour légende, est le style.

    /dream peint sans style, /styles montre la galerie.

    Je n’écoute que les commandes, les réponses à mes messages et mon nom. En privé avec moi, il y a plus : envoie-moi deux images, et je peins la première dans le style de la deuxième.

## L’image est là, et il manque le style

telegram-which-style = Quel style ? Choisis-en un ici, ou envoie-moi une deuxième image d’où le tirer.
telegram-which-style-group = Quel style ? Choisis-en un ici, ou réponds à ce message avec une image d’où le tirer.
telegram-still-waiting = Ton image attend toujours : choisis un style ci-dessus, envoie une deuxième image ou écris le nom d’un style.
telegram-noted = C’est noté.
telegram-rest-kept = Le reste est noté : { $words }.
telegram-all-kept = Tes images sont gardées. Réécris les mots comme il faut, ou laisse-moi peindre sans eux.
telegram-kept = Ce que tu as envoyé est gardé une demi-heure : envoie /paint pour réessayer, ou d’autres mots, comme size=512.
telegram-button-surprise = 🎲 Surprends-moi
telegram-button-drop = Annuler
telegram-button-go = Peindre sans
telegram-style-chosen = Va pour { $style }.
telegram-style-gone = Ce style n’est plus dans la galerie. Choisis-en un autre.
telegram-no-longer-waiting = Aucune de tes images n’attend plus ça.
telegram-forgotten = D’accord, c’est oublié.
telegram-styles-shown = Tous mes styles. Choisis-en un pour ta prochaine image, ou écris son nom dans une légende.

## Les mots sont là, et il manque l’image

telegram-now-the-picture = C’est noté. Maintenant, envoie-moi l’image.
telegram-now-the-picture-in = Va pour { $style }. Maintenant, envoie-moi l’image.
telegram-how-to-paint = Envoie-moi d’abord une image, ou réponds à une image avec /paint.
telegram-what-i-do = Je peins des images : envoie-m’en deux, et je peins la première dans le style de la deuxième. Ou envoies-en une et choisis un style de ma galerie. /help en dit plus.

## Les images refusées

telegram-picture-heavy = Cette image pèse { $megabytes } Mo, et Telegram donne { $most } Mo au plus à un bot. Envoies-en une plus petite, ou envoie-la en photo plutôt qu’en fichier.
telegram-picture-too-heavy = Cette image est trop grande : Telegram donne { $most } Mo au plus à un bot. Envoies-en une plus petite, ou envoie-la en photo plutôt qu’en fichier.
telegram-picture-gone = Telegram n’a plus une de ces images. Renvoie-les, s’il te plaît.
telegram-not-fetched = Telegram n’a pas donné l’image.
telegram-styles = Ça fait { $count } styles ; on peut en mélanger { $most } au plus. Envoies-en moins, s’il te plaît.
telegram-style-and-chance = Tu as envoyé un style, et les mots en demandent un autre au hasard. Enlève l’un des deux.
telegram-album-left-out = Ce qui n’est pas une image dans cet album a été laissé de côté : je ne peins que d’après des images.
telegram-album-alone = Une seule image de cet album m’est parvenue.
telegram-album-late = Celle-ci est arrivée alors que j’avais commencé avec le reste de l’album, et elle a été laissée de côté. Pour qu’elle en soit, appuie sur Annuler et renvoie les images.
telegram-other-video = Je ne sais pas peindre les vidéos, seulement les images. Envoie-m’en une capture en photo.
telegram-other-sticker = Joli sticker ! Mais je peins d’après des photos et des fichiers d’image : envoie-m’en deux, et je peins la première dans le style de la deuxième.
telegram-other-file = Je ne peux pas peindre d’après ça. Envoie-moi une photo, ou une image en fichier.
telegram-masked = Je ne sais pas qui tu es quand tu écris au nom d’un groupe ou d’un canal. Écris en ton propre nom, s’il te plaît.
telegram-too-much = C'est plus que je ne peux prendre d'une seule personne à la fois : tes derniers messages ont été laissés de côté. Renvoie-les dans un instant, s'il te plaît.

## Commandes

telegram-no-command = Il n’y a pas de /{ $command }. { $hint }
telegram-nearest-command = Tu voulais dire /{ $near } ?
telegram-see-help = /help montre ce qu’il y a.
telegram-apology = Désolé, quelque chose a mal tourné de notre côté. Réessaie dans un moment ; les images que tu as envoyées sont gardées une demi-heure, et /paint les reprend.
telegram-given-up = Désolé, quelque chose a échoué de notre côté, plusieurs fois, avec ton dernier envoi. Renvoie-le, s’il te plaît, ou une autre image.

telegram-command-paint = Peindre une image : en y répondant, ou avant de l’envoyer
telegram-command-dream = Peindre un rêve, sans style
telegram-command-styles = Montrer la galerie des styles
telegram-command-status = Où en sont tes tableaux
telegram-command-cancel = Arrêter un tableau
telegram-command-history = Tes derniers tableaux
telegram-command-result = Renvoyer un tableau
telegram-command-settings = Tes options habituelles et ta langue
telegram-command-help = Ce que je sais faire
telegram-command-privacy = Ce qui est conservé de tes images
telegram-command-delete = Effacer tout ce qui est conservé sur toi

## Questions sur les tableaux

telegram-status-none = Il n’y a rien en cours pour toi en ce moment. Envoie-moi une image !
telegram-status-pending =
    { $count ->
        [one] Une de tes images attend son style.
       *[other] { $count } de tes images attendent : envoie /paint pour commencer.
    }
telegram-status-waiting = { $id } · { $style } · position { $place } dans la file, prêt dans { $eta } environ
telegram-status-painting = { $id } · { $style } · peint à { $percent } %, prêt dans { $eta } environ
telegram-status-painted = { $id } · { $style } · peint, et en route vers toi
telegram-cancelling =
    { $count ->
        [one] D’accord, je l’arrête.
       *[other] D’accord, je les arrête tous les { $count }.
    }
telegram-cancel-which = Lequel ? Envoie /cancel et le premier mot de sa ligne, ou /cancel all.
telegram-history-none = Tu n’as pas encore de tableaux. Envoie-moi une image !
telegram-history-line = { $id } · { $style } · { $state } · { $ago }
telegram-history-hint = Envoie /result et le premier mot d’une ligne pour revoir ce tableau.
telegram-ago = il y a { $time }
telegram-state-queued = en attente
telegram-state-rendering = en train d’être peint
telegram-state-rendered = peint
telegram-state-delivered = peint
telegram-state-failed = pas peint
telegram-state-cancelled = annulé
telegram-state-expired = abandonné
telegram-no-painting = Tu n’as pas encore de tableau. Envoie-moi une image !

## Réglages

telegram-settings = Tes réglages. Ils valent pour tout ce que tu demandes ; les mots d’une légende passent avant.
telegram-setting = { $name } : { $value }
telegram-setting-quality = Qualité
telegram-setting-strength = Force
telegram-setting-colours = Couleurs
telegram-setting-size = Taille
telegram-setting-style-scale = Touches
telegram-setting-protect = Visages préservés
telegram-setting-language = Langue
telegram-settings-automatic = automatique
telegram-chosen = ✓ { $value }
telegram-button-back = « Retour
telegram-button-reset = Tout réinitialiser
telegram-settings-quality = Qualité : instant est là tout de suite, draft bientôt, fine prend son temps.
telegram-settings-strength = Force : la part du style. Avec peu, presque toute ton image reste ; avec beaucoup, le style la dissout.
telegram-settings-colours = Couleurs : style prend celles du style, keep laisse celles de ton image, match donne d’abord celles de ton image au style.
telegram-settings-size = Taille : le grand côté en pixels. Plus c’est grand, plus c’est long.
telegram-settings-style-scale = Touches : la taille à laquelle elles sont peintes.
telegram-settings-protect = Visages préservés : à quel point les visages et les détails fins échappent à la dissolution.
telegram-settings-language = Quelle langue dois-je parler ?
telegram-language-name = Français
telegram-language-auto = comme dans Telegram
telegram-settings-group = Dans ce groupe, les autres peuvent-ils aussi appuyer sur les boutons d’un tableau ? Ce qu’ils demandent est compté à leur nom.
telegram-settings-in-private = Tes propres réglages sont dans notre conversation privée : envoie-moi /settings là-bas.
telegram-settings-not-yours = Seuls les admins de ce groupe peuvent changer ça.
telegram-button-others-yes = Oui, tout le monde
telegram-button-others-no = Non, seul le demandeur

## Effacer

telegram-erase = Effacer tout ce qui est conservé sur toi : images, tableaux, historique et réglages ? Les tableaux en cours sont arrêtés. C’est irréversible.
telegram-button-erase-yes = Oui, tout effacer
telegram-button-erase-no = Non
telegram-erase-not = Rien n’a été effacé.
telegram-erased =
    { $count ->
        [0] Tout est effacé. Il n’y avait pas de tableau.
        [one] Tout est effacé, avec un tableau.
       *[other] Tout est effacé, avec { $count } tableaux.
    }
telegram-not-for-you = Cette question était pour quelqu’un d’autre.
