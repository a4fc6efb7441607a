package io.covenant.web.problem;

/// One field that broke one rule.
///
/// @param field where, as a path into the body such as `lines[0].quantity`, or the name of a header or parameter
/// @param rule  what it has to be, for people
public record Violation(String field, String rule) {}
