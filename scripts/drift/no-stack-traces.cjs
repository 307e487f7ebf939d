// Loaded before a program that is synthesized many times: the text of a stack for each token takes most of the time of that, and only errors
// of cdktf itself show it.
require('cdktf/lib/tokens/private/stack-trace').captureStackTrace = () => [];
