"""Disposal lists through their steps: proposed, checked, approved, executed, proved (R-6, R-7)."""
