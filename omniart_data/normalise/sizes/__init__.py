"""How large an artwork is, part by part, in centimetres."""
