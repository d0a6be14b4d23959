"""The demo: the main job from nothing, against the sandbox, on a screen or headless."""
