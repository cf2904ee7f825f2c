"""What the workflow asks of the library: configuration, inputs checked and at hand, the sources of each rule."""
