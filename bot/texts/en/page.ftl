### The web page as it is sent. No message has variables.

# The code of this language, for the browser.
page-language = en
page-tagline = Two pictures in, a painting out.
page-navigation = Pages
page-no-script = This page needs JavaScript. The same service answers at /api/v1/jobs.

## Pictures

page-content = Your picture
page-content-note = What will be painted
page-choose-content = Choose a picture
page-remove-content = Remove your picture
page-style = The manner
page-style-note = How it will be painted
page-choose-style = Choose a painting
page-remove-style = Remove the manner
page-other-ways = or drop it here, or paste it
page-remove = Remove
page-swap = Swap the two pictures
page-blend = Blend in another
page-gallery = From the gallery
page-blending = How much of each

## Options

page-strength = Strength
page-strokes = Strokes
page-colours = Colours
page-colours-style = The manner’s
page-colours-keep = My picture’s
page-colours-match = Mixed
page-quality = Care
page-quality-instant = Instant
page-quality-draft = Quick
page-quality-standard = Good
page-quality-fine = Patient
page-more = More choices
page-size = Size
page-size-automatic = What suits this machine
page-size-sketch = Sketch, 256 px
page-size-small = Small, 512 px
page-size-medium = Medium, 768 px
page-size-large = Large, 1024 px
page-size-very-large = Very large, 1536 px
page-size-huge = Huge, 2048 px
page-size-note = The longer edge. Larger is finer, and takes longer.
page-protect = Faces and fine detail
page-dream = Dream instead
page-dream-no = No, paint in a manner
page-dream-lines = Dream of lines and eyes
page-dream-animals = Dream of animals
page-dream-buildings = Dream of birds and buildings
page-dream-note = No manner at all: the network sees things in your picture.
page-seed = Seed
page-seed-note = Another number paints another version.
page-paint = Paint

## The painting

page-compare = Compare with your picture
page-progress = How much is painted
page-cancel = Cancel
page-film = Watch it being painted
page-film-file = Film
page-download = Download
page-variations = Once more, but …
page-another = Paint something else

## Own paintings

page-mine = My paintings
page-mine-empty = Nothing hangs here yet.
page-mine-begin = Paint something
page-mine-note = Only this browser sees them. They are kept for some days, then they go by themselves.
page-older = Show older ones
page-erase = Delete everything of mine
page-erase-text = All pictures you have sent, all paintings and the list itself are deleted at once, and what is being painted is stopped. This cannot be undone.
page-erase-yes = Yes, delete everything
page-erase-not = No, keep it

page-colophon = Neural style transfer after Gatys, Ecker and Bethge. Everything stays on the machine that serves this page.
page-language-choice = Language
page-api = API for programs
