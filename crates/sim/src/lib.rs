//! A whole server in one thread on a false network, disk and clock, from one seed
