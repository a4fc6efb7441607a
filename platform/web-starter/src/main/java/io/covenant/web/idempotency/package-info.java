/// Idempotency keys, and the hash that tells whether a repeated request is the same one.
@NullMarked
package io.covenant.web.idempotency;

import org.jspecify.annotations.NullMarked;
