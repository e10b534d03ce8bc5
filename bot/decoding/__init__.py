"""The steps of decoding a stranger's picture, for the process that does it (`bot.decode`)."""
