@NullMarked
package io.covenant.security.audit;

import org.jspecify.annotations.NullMarked;
