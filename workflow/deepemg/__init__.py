"""deepemg: reconstruct the EMG of muscles that carry no electrode, from elbow motion, load and surface EMG."""
