"""The core that engines run: nodes, results, and the lowering of a policy to them."""
