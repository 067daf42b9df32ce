"""The table that a release is published with: the network beside what answers without it."""
