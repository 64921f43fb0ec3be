"""TimeTap /resource: the life cycle of a resource in six operations."""
