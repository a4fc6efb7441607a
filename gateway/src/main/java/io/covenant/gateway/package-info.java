/// The edge of the platform: one door to every service.
@NullMarked
package io.covenant.gateway;

import org.jspecify.annotations.NullMarked;
