"""`python -m renderer.train`: teaches the instant painter (`renderer.instant_network`) from folders of pictures.

Every step paints some photographs, each in the style of another picture and at a strength of its own, and measures the
paintings as the painter measures its own (`renderer.stylise`): distance of Gram matrices to the style, distance of
activations to the content. Johnson et al., "Perceptual losses for real-time style transfer and super-resolution"
(2016), is where a network learns from that. The pictures lie decoded in the device's memory; crops, turns and
colours are drawn anew for every step.

Training lasts so many seconds, not so many steps, since a device is often lent for a while; the learning rate follows
the clock. It goes on from a state that an earlier run left in the same folder: parameters, the optimiser's moments, the
smoothed parameters (the ones that are kept), the count of steps and the generator. The same seed on the same machine
draws the same crops; the clock decides how many.
"""
