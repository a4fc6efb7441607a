@NullMarked
package io.covenant.web.limits;

import org.jspecify.annotations.NullMarked;
