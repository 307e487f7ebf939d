// In place of cdktf's module: the text of a stack for each token takes half the time of the tests, and only cdktf's own errors show it.
exports.captureStackTrace = () => [];
