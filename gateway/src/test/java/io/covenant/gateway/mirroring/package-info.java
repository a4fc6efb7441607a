@NullMarked
package io.covenant.gateway.mirroring;

import org.jspecify.annotations.NullMarked;
