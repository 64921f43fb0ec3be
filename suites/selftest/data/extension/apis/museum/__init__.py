"""A museum's cloakroom: the smallest API that bookproof can judge."""
