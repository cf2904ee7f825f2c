"""`nmm-paper`: the neural musculoskeletal model of arXiv 2503.05201 as far as its abstract and captions tell it.

Joint angle, velocity and hand load enter a transformer that gives the envelopes of all muscles; these drive a
differentiable musculoskeletal model. The network and the personal parameters are trained together on the observed
envelopes (EMG loss) and on inverse-dynamics torque (torque loss). Everything else is our choice.
"""
