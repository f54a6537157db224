//! From request to response: which representation, under which conditions
