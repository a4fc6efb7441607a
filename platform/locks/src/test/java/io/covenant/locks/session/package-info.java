@NullMarked
package io.covenant.locks.session;

import org.jspecify.annotations.NullMarked;
