@NullMarked
package io.covenant.security;

import org.jspecify.annotations.NullMarked;
