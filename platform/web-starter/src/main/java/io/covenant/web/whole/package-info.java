/// Answers that are sent at once, or not at all.
@NullMarked
package io.covenant.web.whole;

import org.jspecify.annotations.NullMarked;
