/// How many requests one subject may send.
@NullMarked
package io.covenant.gateway.limits;

import org.jspecify.annotations.NullMarked;
