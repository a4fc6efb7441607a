@NullMarked
package io.covenant.gateway.protection;

import org.jspecify.annotations.NullMarked;
