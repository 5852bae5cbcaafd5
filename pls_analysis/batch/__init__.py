"""Run parameterised notebooks over many areas."""
