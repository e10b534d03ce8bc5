### Ce qu’on dit d’une commande : si elle est acceptée, et comment elle se termine.

## Des durées, qui entrent dans d’autres phrases

duration-seconds =
    { $number ->
        [one] { $number } seconde
       *[other] { $number } secondes
    }
duration-minutes =
    { $number ->
        [one] { $number } minute
       *[other] { $number } minutes
    }
duration-hours =
    { $number ->
        [one] { $number } heure
       *[other] { $number } heures
    }
duration-days =
    { $number ->
        [one] { $number } jour
       *[other] { $number } jours
    }

## La fin

reply-painted = Voici ton tableau.
reply-made-smaller = Peint en { $size } px : il n’y avait pas assez de mémoire pour { $wanted }.
reply-smaller-tiles = Peint par morceaux plus petits : il n’y avait pas assez de mémoire pour de plus grands.

reply-cancelled = Ce tableau a été annulé.
reply-expired = Ce tableau a attendu trop longtemps et a été abandonné. Redemande-le, s’il te plaît.
reply-out-of-memory = Il n’y a pas assez de mémoire pour ce tableau, même en plus petit. Essaie une taille plus petite, s’il te plaît.
reply-bad-input = Une des images n’a pas pu servir à peindre. Essaie avec une autre, s’il te plaît.
reply-poisoned = Le peintre s’est arrêté plusieurs fois sur ce tableau, qui a donc été mis de côté. Essaie avec d’autres images, s’il te plaît.
reply-undeliverable = Le tableau est fini, mais il n’a pas pu t’être envoyé.
reply-moderated = Je ne peux pas envoyer de tableau fait avec ces images. Essaie avec d’autres, s’il te plaît.
reply-internal = Quelque chose a mal tourné de notre côté, désolé (code { $code }).

## De quelle image on parle

intake-about = { $which } : { $problem }
intake-the-content = L’image de départ
intake-the-style = L’image de style
intake-style = Image de style { $number }
intake-mask = Masque { $number }

## Les commandes refusées

intake-mask-mismatch = il fait { $width } × { $height } pixels, ce qui n’est pas la forme de l’image de départ ({ $content-width } × { $content-height }). Dessine-le par-dessus l’image de départ, s’il te plaît.
intake-too-expensive = Ce tableau prendrait environ { $expected }, et le maximum est de { $allowed }. { $way-out }
intake-way-out-size = En { $size } pixels, ça irait.
intake-way-out-iterations = Avec moins d’itérations, ça pourrait aller.
intake-way-out-draft = Avec quality=draft, ça pourrait aller.
intake-dream-style = Un rêve naît d’une seule image : enlève le style.
intake-no-style = Il manque un style : envoie une image, ou donne le nom d’un style de la galerie.
intake-nothing-to-swap = Il n’y a pas d’image de style à échanger avec l’image de départ.
intake-weight = Le poids d’un style est un nombre supérieur à 0.
intake-input-gone = Les images de ce tableau ne sont plus conservées. Renvoie-les, s’il te plaît.
intake-moderated = Je ne peux pas peindre à partir de cette image. Essaie avec une autre, s’il te plaît.

## Trop de choses à la fois

busy-queue-full = Il n’y a plus de place dans la file ; réessaie dans { $wait } environ.
busy-too-many-jobs =
    { $number ->
        [one] Tu as déjà { $number } tableau en cours ; réessaie dans { $wait } environ.
       *[other] Tu as déjà { $number } tableaux en cours ; réessaie dans { $wait } environ.
    }
busy-uploads = Il arrive en ce moment plus d’images que je ne peux en traiter ; réessaie dans { $wait } environ.
busy-closing = Je ne prends pas de nouveaux tableaux pour le moment ; ceux qui attendent seront peints. Réessaie plus tard, s’il te plaît.
busy-disk-full = Je n’ai plus de place pour de nouveaux tableaux en ce moment ; ceux qui attendent seront peints. Reviens plus tard, s’il te plaît.
busy-store = Cela n’a pas pu être noté à l’instant ; rien n’est perdu, réessaie dans un moment.
busy-quota-hour =
    { $number ->
        [one] Tu as demandé { $number } tableau dans la dernière heure, et c’est le maximum ; réessaie dans { $wait } environ.
       *[other] Tu as demandé { $number } tableaux dans la dernière heure, et c’est le maximum ; réessaie dans { $wait } environ.
    }
busy-quota-day =
    { $number ->
        [one] Tu as demandé { $number } tableau dans les dernières 24 heures, et c’est le maximum ; réessaie dans { $wait } environ.
       *[other] Tu as demandé { $number } tableaux dans les dernières 24 heures, et c’est le maximum ; réessaie dans { $wait } environ.
    }
busy-group-quota-hour =
    { $number ->
        [one] Ce groupe a demandé { $number } tableau dans la dernière heure, et c’est le maximum ; réessayez dans { $wait } environ.
       *[other] Ce groupe a demandé { $number } tableaux dans la dernière heure, et c’est le maximum ; réessayez dans { $wait } environ.
    }
busy-group-quota-day =
    { $number ->
        [one] Ce groupe a demandé { $number } tableau dans les dernières 24 heures, et c’est le maximum ; réessayez dans { $wait } environ.
       *[other] Ce groupe a demandé { $number } tableaux dans les dernières 24 heures, et c’est le maximum ; réessayez dans { $wait } environ.
    }
busy-address-quota-hour =
    { $number ->
        [one] Ton réseau a demandé { $number } tableau dans la dernière heure, et c’est le maximum ; réessaie dans { $wait } environ.
       *[other] Ton réseau a demandé { $number } tableaux dans la dernière heure, et c’est le maximum ; réessaie dans { $wait } environ.
    }
busy-address-quota-day =
    { $number ->
        [one] Ton réseau a demandé { $number } tableau dans les dernières 24 heures, et c’est le maximum ; réessaie dans { $wait } environ.
       *[other] Ton réseau a demandé { $number } tableaux dans les dernières 24 heures, et c’est le maximum ; réessaie dans { $wait } environ.
    }
busy-too-many-requests = Plus de { $most } requêtes en une minute, c’est trop ; réessaie dans { $wait } environ.

## Qui peut commander

account-banned = Tu ne peux plus commander de tableaux ici.
account-banned-because = Tu ne peux plus commander de tableaux ici : { $reason }
account-not-allowed = Ici, seules les personnes invitées peuvent commander des tableaux. La personne qui gère ce service peut te faire entrer ; tu es { $id }.

## Ce qu’on demande d’un tableau

desk-too-late = Ce tableau est déjà fini.
desk-not-finished = Ce tableau n’est pas encore fini.
desk-no-timelapse = Ce tableau n’a pas d’accéléré : il a été peint avant qu’il y en ait.
desk-no-longer-kept = Ce tableau n’est plus conservé.
