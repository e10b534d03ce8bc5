### Le message d’un tableau : sa place dans la file, où il en est, le tableau, et ce que font ses boutons.

## Avant qu’il soit là

painting-place =
    { $place ->
        [1] C’est bientôt ton tour. Ton tableau devrait être prêt dans { $eta } environ.
       *[other] Tu es en position { $place } dans la file. Ton tableau devrait être prêt dans { $eta } environ.
    }
painting-begun = Je peins. Ça devrait être prêt dans { $eta } environ.
painting-paused = ⏸ La peinture est en pause pour le moment : { $reason } Ta place est gardée.
painting-progress =
    { $bar } { $percent } %
    Encore { $eta } environ.

## Quand il est là

painting-caption = { $style } · { $seconds }
painting-style-sent =
    { $count ->
        [one] Dans le style de l’autre image
       *[other] Dans le style de { $count } images
    }
painting-style-dream = Un rêve
painting-ready = Ton tableau est prêt.
painting-not-made = Désolé, pas de tableau cette fois. Le message au-dessus dit pourquoi.

## Boutons : un mot ou deux

painting-button-cancel = Annuler
painting-button-swap = Échanger
painting-button-stronger = Plus fort
painting-button-softer = Plus doux
painting-button-keep-colours = Garder les couleurs
painting-button-protect-faces = Visages intacts
painting-button-bigger = Plus grand
painting-button-again = Encore
painting-button-other-style = Autre style
painting-button-surprise = Surprends-moi
painting-button-back = Retour
painting-button-as-file = En fichier
painting-button-time-lapse = Accéléré
painting-button-breakdown = Détails

## Réponses à un bouton, 200 caractères au plus

painting-cancelling = J’arrête celui-ci.
painting-swapped = L’image de départ et le style ont échangé leurs places.
painting-another = Un autre est en route.
painting-choose-style = Choisis un style ci-dessous.
painting-coming = Un instant, ça arrive.
painting-voted = Merci !
painting-at-its-limit = On ne peut pas aller plus loin dans ce sens.
painting-style-gone = Ce style n’est plus dans la galerie. Choisis-en un autre.
painting-not-yours = Seule la personne qui a demandé ce tableau peut faire ça.
painting-others-may-not = Dans ce groupe, les boutons d’un tableau sont pour la personne qui l’a demandé. Envoie tes propres images.
painting-file-too-large = Ce fichier pèse { $megabytes } Mo, et Telegram accepte { $most } Mo au plus d’un bot. Demande un tableau plus petit pour l’avoir en fichier.

## Les détails d’un tableau

breakdown-head = Le tableau { $id } en détail
breakdown-style = Style : { $style }
breakdown-options = Options : { $options }
breakdown-seed = Graine : { $seed }
breakdown-size = Taille : { $width } × { $height } pixels
breakdown-time =
    Peint en { $time }, en { $steps ->
        [one] une étape
       *[other] { $steps } étapes
    }
breakdown-losses = Pertes à la fin : { $losses }
breakdown-encoder = Yeux : { $encoder }, sur { $device }
breakdown-critic = La critique : { $review }

## La critique, pour rire : sur le tableau seulement, jamais sur les gens

critic-value =
    { $guineas ->
        [one] Estimé à une guinée
       *[other] Estimé à { $guineas } guinées
    }, { $way ->
        [0] cadre non compris.
        [1] ou à un bon parapluie, selon ce qui dure le plus.
        [2] tant que personne ne demande qui tenait le pinceau.
        [3] et en hausse, si jamais on débranche l’artiste.
       *[4] à régler en compliments.
    }
critic-bold =
    { $way ->
        [0] Le style a avalé le sujet tout rond et demande ce qu’il y a en dessert.
        [1] On cherche le sujet en vain, et il ne manque pas.
        [2] La retenue était invitée ; elle s’est fait excuser.
        [3] Ici, un pinceau a gagné une dispute dont la photo ne savait rien.
       *[4] Rarement autant de peinture s’est mise entre le spectateur et les faits.
    }
critic-balanced =
    { $way ->
        [0] Sujet et style partagent la toile comme deux voisins qui se sont entendus pour la haie.
        [1] Il sait ce qu’il représente, et il a la politesse de ne pas insister.
        [2] La main est sûre, ce qui est remarquable en l’absence de main.
        [3] Les maîtres l’ont influencé, comme l’eau influence une éponge.
       *[4] Accroché un peu de travers, il passerait pour une école à lui seul.
    }
critic-timid =
    { $way ->
        [0] Le pinceau aborde le sujet comme un invité qui a oublié le nom de son hôte.
        [1] Le style est étalé comme le beurre en temps de disette.
        [2] Une photo, dirait-on, qui est allée une fois à une exposition.
        [3] Si discret que c’est le cadre qui devra faire la conversation.
       *[4] Le peintre est venu, a vu, et n’a pas voulu déranger.
    }
critic-dream =
    { $way ->
        [0] Le peintre a mangé du fromage avant de dormir, et c’est nous qui nous réveillons.
        [1] Tout y regarde ailleurs, et tout nous regarde.
        [2] Pour l’instant, il a plus d’yeux que d’admirateurs.
        [3] On ne saurait dire ce qu’il montre, seulement qu’il l’a vu.
       *[4] Un tableau qui a manifestement rêvé pendant les heures de bureau.
    }
critic-advice =
    { $way ->
        [0] À accrocher là où la lumière est mauvaise et le vin bon.
        [1] À acheter maintenant, avant que l’artiste n’apprenne à se faire payer.
        [2] Plus beau vu de la pièce d’à côté, comme la plupart des placements.
        [3] La provenance est irréprochable : on a tout vu.
       *[4] À recommander à tout collectionneur qui a un mur et pas de questions.
    }
