@NullMarked
package io.covenant.locks.spring.jobs;

import org.jspecify.annotations.NullMarked;
