/// How many requests one subject may send, counted by each gateway or by all of them together.
@NullMarked
package io.covenant.gateway.limits;

import org.jspecify.annotations.NullMarked;
