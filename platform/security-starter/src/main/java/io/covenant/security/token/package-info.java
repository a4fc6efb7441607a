/// Tokens that come in, checked; and the token of the service itself.
@NullMarked
package io.covenant.security.token;

import org.jspecify.annotations.NullMarked;
