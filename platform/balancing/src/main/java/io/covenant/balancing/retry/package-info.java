/// When a failed request may be tried again.
@NullMarked
package io.covenant.balancing.retry;

import org.jspecify.annotations.NullMarked;
