/// Work of which there is one for all instances of a service: they elect who does it.
@NullMarked
package io.covenant.locks.spring.jobs;

import org.jspecify.annotations.NullMarked;
