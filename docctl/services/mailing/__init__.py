"""What people decide about their e-mail: the address, its confirmation, what they are told of."""
