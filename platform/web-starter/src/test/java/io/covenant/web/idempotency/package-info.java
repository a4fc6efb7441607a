@NullMarked
package io.covenant.web.idempotency;

import org.jspecify.annotations.NullMarked;
