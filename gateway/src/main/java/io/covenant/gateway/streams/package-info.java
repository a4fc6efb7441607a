/// Answers that go on: how long they may, and who ends them.
@NullMarked
package io.covenant.gateway.streams;

import org.jspecify.annotations.NullMarked;
