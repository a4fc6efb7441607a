@NullMarked
package io.covenant.web.whole;

import org.jspecify.annotations.NullMarked;
