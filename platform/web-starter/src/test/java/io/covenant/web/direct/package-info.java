@NullMarked
package io.covenant.web.direct;

import org.jspecify.annotations.NullMarked;
