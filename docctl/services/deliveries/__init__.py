"""What people do about deliveries."""
