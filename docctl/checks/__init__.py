"""How the installation itself is: readiness, figures for monitoring, and the findings of `docctl doctor`."""
