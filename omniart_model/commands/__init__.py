"""The commands of omniart-model, one module each."""
