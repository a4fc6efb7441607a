@NullMarked
package io.covenant.locks.spring;

import org.jspecify.annotations.NullMarked;
