"""Sealing the trail: keys, witness, the guard of the time, alarms (T-2, R-4)."""
