### Ce qui est conservé des personnes : /privacy, sur la page et dans PRIVACY.md. Les durées sont celles des réglages.

privacy-title = Ce qui est conservé de toi
# $inputs et $results sont des durées.
privacy-pictures = Les images que tu envoies restent sur l’ordinateur où tourne ce service jusqu’à { $inputs } après la fin de leur tableau, car ses boutons peignent encore d’après elles. Le tableau et son time-lapse peuvent être demandés pendant { $results }. Elles ne servent à rien d’autre : personne ne les voit et rien n’est entraîné avec elles. Dans un groupe, les autres voient ce que tu y demandes.
privacy-camera = Ce que l’appareil photo a écrit dans une image, comme le lieu, est jeté dès son arrivée.
privacy-moderation = Là où l’exploitant l’a activé, un programme du même ordinateur regarde d’abord les images. Elles ne sont envoyées à aucun autre service.
# $history et $pending sont des durées.
privacy-jobs = Pendant { $history }, on se souvient que tu as demandé un tableau : quand, avec quels mots et quelles options, où est allée la réponse et ce que tu en as pensé. Tes réglages restent jusqu’à ce que tu les changes. Une image qui attend son style est oubliée au bout de { $pending }.
privacy-who = Tu es connu par le numéro que Telegram ou X a pour toi, sur X aussi par ton nom d’utilisateur, qui figure dans la description d’un tableau ; sur la page par un cookie aléatoire ou, sans lui, par ton adresse réseau. Le moment de tes demandes est compté pendant un jour.
# $audit est une durée.
privacy-operator = Qui exploite ce service voit, par ce numéro, qui demande combien et ce qui a échoué, et peut exclure quelqu’un. Ce qu’il a fait est conservé pendant { $audit }.
privacy-log = Le journal de ce service ne contient ni noms, ni images, ni mots, ni adresses, ni numéros de personnes : un pseudonyme les remplace, dont seul l’exploitant a la clé.
privacy-erase = Tu peux tout faire effacer d’un coup : avec /delete sur Telegram, avec le mot « delete » adressé au bot sur X, sous « { page-mine } » sur la page. Images, tableaux, historique et réglages disparaissent. Une exclusion ou le souhait de ne pas recevoir de réponse reste, ainsi que ce que l’exploitant a fait.
privacy-backups = Les sauvegardes faites avant contiennent encore ce qui est effacé, jusqu’à ce que l’exploitant les supprime ; celles d’après, non.
privacy-elsewhere = Les messages sur Telegram et les posts sur X y restent jusqu’à ce qu’ils y soient supprimés.
