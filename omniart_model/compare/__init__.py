"""The paper's comparisons on a release: one factor at a time, and many tasks beside one."""
