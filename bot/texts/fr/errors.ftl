### Pourquoi quelque chose n’a pas marché, et que faire.

## Morceaux des phrases ci-dessous

error-quoted = « { $text } »
error-nearest = Tu voulais dire « { $near } » ?
error-there-are = Il y a { $names }.

## Mots et options

error-words-too-long = Ça fait trop de mots : je lis { $most } caractères au plus.
error-no-word = Je ne connais pas « { $word } ».
error-no-words = Je ne connais pas { $others } ni { $last }.
error-no-word-among = « { $word } »
error-no-word-among-but = « { $word } » (tu voulais dire « { $near } » ?)
error-what-to-name = Donne un style ({ $names }) ou une option comme size=1024 ou strength=80%.
error-option-expert = « { $name } » est réservé à la ligne de commande et aux programmes qui ont une clé ; enlève-le ici.
error-option-twice = { $name } est donné deux fois, { $first } et { $second } ; n’en garde qu’un.
error-no-option = Il n’y a pas d’option « { $name } ».
error-option = { $name } doit être { $allowed }, pas { $given }.
error-allowed-whole-number = un nombre entier de { $least } à { $most }
error-allowed-number = un nombre de { $least } à { $most }
error-allowed-number-above = un nombre supérieur à { $least } et d’au plus { $most }
error-allowed-layer = une couche de l’encodeur comme relu4_2
error-allowed-layers = une liste de couches de l’encodeur comme relu4_2, ou relu1_1+relu2_1:0.5 avec des poids
error-allowed-one-of = { $others } ou { $last }
error-other-mode = { $names } : seulement en mode { $mode }.
error-names-and = { $others } et { $last }
error-weight = Le poids de { $style } doit être un nombre supérieur à 0, pas « { $weight } ».
error-tag-both = +{ $tag } et -{ $tag } ne vont pas ensemble ; enlève l’un des deux.
error-style-and-surprise = { $style } est un style précis, et surprise en demande un au hasard ; enlève l’un des deux.
error-style-and-tag = { $style } est un style précis, et une étiquette en demande un au hasard ; enlève l’un des deux.
error-dream-style = Un rêve se passe de style ; enlève l’un des deux.

## La galerie et les accélérés

error-no-style = Il n’y a pas de style « { $name } ».
error-no-style-matches = Aucun style ne correspond à { $wanted }. Les étiquettes sont { $tags }.
error-film-kind = L’accéléré existe en { $kinds }.

## Images

error-picture-empty = Ce fichier est vide. Renvoie l’image, s’il te plaît.
error-picture-heavy = Cette image pèse { $megabytes } Mo, et le maximum est de { $most } Mo. Envoies-en une plus petite, s’il te plaît.
error-picture-slow = Lire cette image a pris plus de { $seconds } secondes. Envoies-en une plus petite, s’il te plaît.
error-picture-laborious = Lire cette image prendrait trop de temps. Enregistre-la en JPEG ou en PNG et envoie le résultat.
error-picture-unreadable = Je n’ai pas réussi à lire cette image. Réenregistre-la en JPEG ou en PNG et envoie le résultat.
error-picture-memory = Lire cette image demande plus que les { $megabytes } Mo de mémoire permis pour une image. Envoies-en une plus petite, s’il te plaît.
error-picture-damaged = Cette image est abîmée ou incomplète et ne peut pas être lue. Renvoie-la, ou réenregistre-la d’abord en JPEG ou en PNG.
error-picture-megapixels = Cette image fait { $megapixels } mégapixels, et le maximum est de { $most }. Envoies-en une plus petite, s’il te plaît.
error-not-a-picture = Ce fichier n’est pas une image que je sais lire : JPEG, PNG, WebP, GIF, BMP ou TIFF. Enregistre-la en JPEG ou en PNG et envoie le résultat.
error-picture-small = Cette image fait { $width } × { $height } pixels ; il en faut au moins { $least } de chaque côté. Envoies-en une plus grande, s’il te plaît.
error-picture-long = Le grand côté de cette image fait { $times } fois le petit ; le maximum est de { $most } fois. Recadre-la, s’il te plaît.

## Tableaux

error-unknown-job = Ce tableau n’existe pas, ou il n’est pas à toi.

## La page web et son API, qui parlent anglais

error-upload-kind = Envoie les images en multipart/form-data.
error-upload-slow = L’envoi a pris trop de temps.
error-upload-malformed = L’envoi n’est pas du multipart/form-data correct.
error-upload-part = Il n’y a pas de partie « { $part } » ; envoie content, style, mask, options, words, weights et webhook.
error-upload-part-twice = Il y a plus d’une partie « { $part } ».
error-upload-pictures =
    { $most ->
        [one] La partie « { $part } » ne prend qu’une image.
       *[other] La partie « { $part } » prend { $most } images au plus.
    }
error-upload-text-long = La partie « { $part } » dépasse { $most } octets.
error-upload-heavy = Les images sont trop lourdes : { $most } Mo au plus pour chacune.
error-upload-picture-heavy = L’image « { $part } » est trop lourde : { $most } Mo au plus pour chacune.
error-upload-no-content = Il manque l’image de départ : envoie-la dans la partie « content ».
error-upload-no-style = Il manque le style : envoie une image dans la partie « style », ou donne le nom d’un style de la galerie dans « words ».
error-upload-styles = Ça fait { $count } styles ; on peut en mélanger { $most } au plus.
error-upload-masks = Il y a plus de masques que de styles ; le premier masque est celui du premier style.
error-upload-style-and-chance = Un style a été envoyé, et les mots en choisiraient un autre ; enlève l’un des deux.
error-options-not-json = Les options ne sont pas du JSON.
error-options-no-object = Les options doivent être un objet JSON, comme { "{" }"size": 512{ "}" }.
error-options-expert = « { $name } » est réservé aux programmes qui ont la clé d’API du service (Authorization: Bearer …) ; enlève-le.
error-options-and-words = { $name } vaut { $option } dans les options et { $word } dans les mots ; n’en garde qu’un.
error-options-of-commands = save_every et initial « picture » sont réservés à la ligne de commande ; enlève-les.
error-weights = Les poids sont une liste JSON de nombres supérieurs à 0 et d’au plus { $most }, comme [0.7, 0.3].
error-weights-number =
    { $count ->
        [one] Il y a { $count } image de style ; envoie un poids pour chacune.
       *[other] Il y a { $count } images de style ; envoie un poids pour chacune.
    }
error-page-limit = La limite d’une page est un nombre entier de 1 à { $most }.
error-page-after = Aucune page ne commence ici : prends « after » du « next » de la page précédente.
error-edge = Le bord est un nombre entier de { $least } à { $most }, en pixels.
error-body-kind = Envoie le contenu en application/json.
error-body-long = Le contenu dépasse { $most } octets.
error-body-variation = Le contenu est un objet JSON avec soit « variation », un nom, soit « options », un objet.
# $names is a list with commas.
error-variation = Il n’y a pas de variation « { $name } ». Il y a { $names }.
error-idempotency-key = Une Idempotency-Key a de 1 à { $most } caractères.
error-foreign-host = Ce service ne répond pas sous ce nom. La personne qui le gère peut ajouter le nom à ATELIER_WEB__ALLOWED_HOSTS.
error-foreign-origin = Cette requête vient d’un autre site.
error-bad-key = Ce n’est pas une clé valable.
error-key-missing = Ce service est pour les programmes qui ont une clé, envoyée comme Authorization: Bearer …
# $scope is read, paint or expert.
error-missing-scope = Cette clé ne permet pas « { $scope } ».
error-webhook-key = Seuls les programmes qui ont leur propre clé peuvent être avertis de la fin d’un tableau par un webhook.
# $schemes is https, perhaps with http.
error-webhook-url = Un webhook est une URL ({ $schemes }) d’au plus { $most } caractères, sans nom ni mot de passe.
error-webhook-private = Aucun webhook n’est envoyé aux adresses de réseaux privés.
