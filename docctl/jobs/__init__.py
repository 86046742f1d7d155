"""What follows the events: projections, deliveries, due jobs, and the worker that runs them."""
