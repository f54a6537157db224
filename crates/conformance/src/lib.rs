//! Requirements of the RFCs from outside, run against any server
