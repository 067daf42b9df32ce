"""The commands of ``omniart-data``, one module for each group; ``omniart_data.cli`` puts them together."""
