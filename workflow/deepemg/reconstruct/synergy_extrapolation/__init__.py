"""`mse`: muscle synergy extrapolation.

The observed envelopes have a few synergy commands, E_M = C W (NMF) or E_M = 1 m + C W (PCA). A hidden muscle is
e_U = C w_U (PCA: + an offset), 0 <= e_U <= 1, with constant weights, found so that the torque of all muscles meets
inverse dynamics, with a penalty on hidden activation (Bianco 2018; Ao 2020, 2022; for the elbow Tahmid 2024).
"""
