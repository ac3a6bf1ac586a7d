"""Tree to policy: names, kinds, defaults, `extends`. Returns findings, never raises for a writer's mistake."""
