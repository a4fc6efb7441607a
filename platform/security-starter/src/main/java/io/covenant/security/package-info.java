/// Who calls, and what they may do: access tokens are checked against the issuer's keys, each endpoint names the scope
/// that it takes, and a service shows a token of its own to the others.
@NullMarked
package io.covenant.security;

import org.jspecify.annotations.NullMarked;
