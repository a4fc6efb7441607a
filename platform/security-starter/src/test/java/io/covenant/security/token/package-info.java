@NullMarked
package io.covenant.security.token;

import org.jspecify.annotations.NullMarked;
