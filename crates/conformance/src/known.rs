//! Known differences: requirements that a server is known not to meet, each with the reason. One that matches nothing is
//! an error, so this file cannot grow old.

/// A requirement that a server does not meet.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// The name of the requirement's function.
    pub name: &'static str,
    /// Why it is so, and why that is no matter or cannot be helped.
    pub reason: &'static str,
}

/// Of Quarry.
pub const QUARRY: &[Known] = &[Known {
    name: "what_is_wrong_with_a_field_is_400",
    reason: "resets the stream with PROTOCOL_ERROR, as RFC 9113 §8.1.1 has it: no client of people sends such a field, and a \
             response costs more than a reset",
}];

/// Of nginx 1.22, as Debian 12 has it, which is here as control: what it fails shows that the requirement can fail.
pub const NGINX: &[Known] = &[
    Known {
        name: "a_file_of_the_future_is_not_modified_later_than_now",
        reason: "sends the file system's date, whatever it is",
    },
    Known { name: "the_tag_changes_within_a_second", reason: "its tag is made of whole seconds and the length" },
    Known {
        name: "a_method_that_is_not_allowed_is_405_with_allow",
        reason: "its static files answer 405 without Allow",
    },
    Known { name: "allow_has_get_and_head", reason: "its static files answer 405 without Allow" },
    Known { name: "a_method_nobody_knows_is_501", reason: "takes any token for a method that is not allowed" },
    Known { name: "options_is_answered", reason: "OPTIONS is optional, and not offered for static files" },
    Known { name: "options_names_the_methods", reason: "OPTIONS is optional, and not offered for static files" },
    Known { name: "options_with_an_asterisk_asks_the_server", reason: "takes no target but one with a slash in front" },
    Known { name: "the_greater_weight_goes_first", reason: "takes a weight for nothing but zero or more" },
    Known { name: "x_gzip_is_gzip", reason: "knows gzip by one name" },
    Known { name: "vary_is_on_304_as_on_200", reason: "Vary comes from the gzip filter, which does not see a 304" },
    Known {
        name: "a_304_has_the_fields_a_cache_needs",
        reason: "Vary comes from the gzip filter, which does not see a 304",
    },
    Known { name: "if_match_on_several_lines_is_one_list", reason: "before 1.23 it takes a second line for a mistake" },
    Known {
        name: "if_none_match_on_several_lines_is_one_list",
        reason: "before 1.23 it takes a second line for a mistake",
    },
    Known {
        name: "if_modified_since_a_later_date_is_304",
        reason: "compares dates for equality; that is its default for If-Modified-Since",
    },
    Known {
        name: "if_modified_since_is_put_aside_by_if_none_match",
        reason: "wants both fields to hold before it says 304",
    },
    Known { name: "if_unmodified_since_no_date_is_passed_over", reason: "takes what is no date for a date long ago" },
    Known {
        name: "if_unmodified_since_is_put_aside_by_if_match",
        reason: "wants both fields to hold before it goes on",
    },
    Known { name: "a_range_with_head_is_passed_over", reason: "its range filter does not look at the method" },
    Known {
        name: "empty_members_of_the_list_are_passed_over",
        reason: "reads ranges by a grammar without empty members",
    },
    Known { name: "a_host_with_a_path_is_400", reason: "checks a host for what hurts its files, not for its grammar" },
    Known {
        name: "a_host_with_user_information_is_400",
        reason: "checks a host for what hurts its files, not for its grammar",
    },
    Known { name: "a_host_with_a_bad_port_is_400", reason: "cuts a host at its colon and drops what follows" },
    Known {
        name: "a_host_with_half_a_bracket_is_400",
        reason: "checks a host for what hurts its files, not for its grammar",
    },
    Known { name: "whitespace_around_a_value_is_no_part_of_it", reason: "takes a tab for a part of the value" },
    Known {
        name: "a_line_without_colon_is_400",
        reason: "drops bad field lines; that is its default, ignore_invalid_headers",
    },
    Known {
        name: "a_field_name_is_a_token",
        reason: "drops bad field lines; that is its default, ignore_invalid_headers",
    },
    Known {
        name: "a_size_that_is_no_number_is_refused",
        reason: "takes what stands behind a chunk size for an extension, also without semicolon",
    },
    Known { name: "a_chunk_ends_with_crlf", reason: "takes a bare LF for CRLF between chunks" },
    Known { name: "a_bare_lf_ends_no_size", reason: "takes a bare LF for CRLF behind a chunk size" },
    Known { name: "endless_extensions_are_refused", reason: "reads and drops them without end" },
    Known { name: "endless_trailers_are_refused", reason: "reads and drops them without end" },
    Known { name: "a_connection_begins_with_settings", reason: "waits for SETTINGS, and takes requests before" },
    Known {
        name: "a_frame_is_not_larger_than_was_allowed",
        reason: "says PROTOCOL_ERROR of a frame that is too large",
    },
    Known {
        name: "a_field_block_that_cannot_be_read_ends_the_connection",
        reason: "says FRAME_SIZE_ERROR of a line that is not all there",
    },
    Known { name: "a_priority_has_five_bytes", reason: "answers the request and passes the frame over" },
    Known { name: "data_is_of_a_stream_that_is_open", reason: "passes frames of streams over that it does not know" },
    Known {
        name: "a_reset_is_of_a_stream_that_is_open",
        reason: "passes frames of streams over that it does not know",
    },
    Known {
        name: "a_window_is_of_a_stream_that_is_open",
        reason: "passes frames of streams over that it does not know",
    },
    Known { name: "trailers_end_a_request", reason: "takes no trailers of requests" },
    Known { name: "trailers_that_do_not_end_a_request_are_an_error", reason: "answers a GET before it has read on" },
    Known { name: "content_is_as_long_as_it_says", reason: "answers a GET before it has read on" },
    Known { name: "fields_of_a_connection_are_malformed", reason: "passes them over" },
    Known { name: "te_says_trailers_or_nothing", reason: "does not look at it" },
    Known { name: "pseudo_fields_come_first", reason: "takes them in any order" },
    Known { name: "trailers_have_no_pseudo_fields", reason: "answers a GET before it has read on" },
    Known { name: "a_size_of_the_table_comes_first", reason: "takes a size of the table anywhere in a block" },
    Known { name: "padding_of_huffman_code_is_less_than_a_byte", reason: "takes a byte of ones for padding" },
    Known {
        name: "a_reset_is_not_answered_with_a_reset",
        reason: "answers a GET before it has read on, and resets what is left of it",
    },
    Known {
        name: "content_of_a_stream_that_has_ended_is_an_error",
        reason: "passes frames of streams over that it does not know",
    },
    Known {
        name: "an_initial_window_that_is_too_much_for_a_stream_is_an_error",
        reason: "adds without looking how much comes of it",
    },
    Known { name: "names_have_no_other_characters", reason: "takes bytes beyond ASCII in a name" },
    Known { name: "values_have_no_whitespace_around_them", reason: "does not look at their ends" },
    Known { name: "what_is_wrong_with_a_field_is_400", reason: "resets the stream" },
    Known { name: "options_may_ask_of_the_server_as_a_whole", reason: "takes no target but one with a slash in front" },
    Known {
        name: "a_string_is_not_longer_than_its_block",
        reason: "says FRAME_SIZE_ERROR of a line that is not all there",
    },
];
