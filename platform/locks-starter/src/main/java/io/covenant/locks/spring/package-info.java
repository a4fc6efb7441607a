/// The lock client in a Spring application. Each part is there when the library it serves is on the class path.
@NullMarked
package io.covenant.locks.spring;

import org.jspecify.annotations.NullMarked;
