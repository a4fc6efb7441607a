/// Limits on what is read at all.
@NullMarked
package io.covenant.web.limits;

import org.jspecify.annotations.NullMarked;
