"""Training recipe and PyTorch reference of the policies that AWD runs."""
