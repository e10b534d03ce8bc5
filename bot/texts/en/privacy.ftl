### What is kept of people: /privacy, the page's and PRIVACY.md. The lengths of time are those of the settings.

privacy-title = What is kept of you
# $inputs and $results are lengths of time.
privacy-pictures = The pictures that you send are kept on the computer that runs this service for { $inputs } after their painting is done, since its buttons paint from them again. The painting and its time-lapse can be had for { $results }. They are used for nothing else: nobody is shown them, and nothing is trained with them. In a group the others see what you ask for there.
privacy-camera = What the camera wrote into a picture, such as the place, is thrown away when it comes in.
privacy-moderation = Where the operator has switched it on, a program on the same computer looks at pictures first. No other service is sent them.
# $history and $pending are lengths of time.
privacy-jobs = For { $history } it is remembered that you have asked for a painting: when, with which words and options, where the answer went, and what you thought of it. Your settings stay until you change them. A picture that waits for its style is forgotten after { $pending }.
privacy-who = You are known by the number that Telegram or X has for you, on X also by your user name, which stands in the description of a painting; on the page by a random cookie, or without one by your network address. When you asked for something is counted for a day.
# $audit is a length of time.
privacy-operator = Whoever runs this service sees by that number who asks for how much and what has failed, and can shut somebody out. What they did is remembered for { $audit }.
privacy-log = The log of this service has no names, pictures, words, addresses or numbers of people: a pseudonym stands in their place, whose key only the operator has.
privacy-erase = You can have all of it erased at once: with /delete on Telegram, with the word “delete” to the bot on X, under “{ page-mine }” on the page. Pictures, paintings, history and settings go. A ban or a wish not to be answered stays, and so does what the operator did.
privacy-backups = Backups that were made before still hold what was erased, until the operator deletes them; those made afterwards do not.
privacy-elsewhere = Messages on Telegram and posts on X stay there until they are deleted there.
