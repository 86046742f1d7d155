"""What administrators decide about webhooks: endpoints, their events, their secrets."""
