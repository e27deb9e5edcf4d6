"""The attack lab."""
