"""What samples can be wrong in, one kind a file: raw EMG, envelopes, angle, torque, spans, copies, coordination."""
