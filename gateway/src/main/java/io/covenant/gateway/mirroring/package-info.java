/// Copies of requests, for a version that is tried out with what really comes. Nobody waits for their answers.
@NullMarked
package io.covenant.gateway.mirroring;

import org.jspecify.annotations.NullMarked;
