"""A made-up city in the shape of Xuzhou and the live simulator that plays its operational systems."""
