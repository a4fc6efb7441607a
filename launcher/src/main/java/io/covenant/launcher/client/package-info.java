/// Speaks the public API through the gateway the way a careful client does: keys on every write, the same key
/// again when no answer came, and a question when the answer is "not decided yet".
@NullMarked
package io.covenant.launcher.client;

import org.jspecify.annotations.NullMarked;
